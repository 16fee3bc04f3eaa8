use nn::prelude::*;

#[model(input = [4], new(), check = "strict")]
struct Net {
    #[layer(10)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let f = |t: &Tensor| t.relu();
        f(&self.dense(x))
    }
}

fn main() {}
