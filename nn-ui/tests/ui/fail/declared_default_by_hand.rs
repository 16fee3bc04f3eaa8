use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

impl Default for Net {
    fn default() -> Self {
        Net::new()
    }
}

fn main() {
    let _ = Net::default();
}
