use nn::prelude::*;

#[model(new(), input = [10])]
struct Net {
    #[layer([-1, 4])]
    rows: Reshape,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.rows(x)
    }
}

fn main() {}
