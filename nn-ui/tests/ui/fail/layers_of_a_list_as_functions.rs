use nn::prelude::*;

#[model]
struct Net {
    list: Vec<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = self.list[0](x);
        for layer in &self.list {
            x = layer(x);
        }
        x
    }
}

fn main() {}
