use nn::prelude::*;

#[model(inputs = [4], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {
    let _ = (Net::INPUT, Net::new());
}
