use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.dense(&x);
        einsum("bi,bj->bij", &x, &y)
    }
}

fn main() {}
