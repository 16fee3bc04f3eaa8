use nn::prelude::*;

#[model]
struct Net {
    #[config]
    name: &'static str,
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let _ = self.name;
        self.dense(x)
    }
}

fn main() {}
