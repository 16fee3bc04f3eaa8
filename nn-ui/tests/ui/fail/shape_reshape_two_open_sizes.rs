use nn::prelude::*;

#[model(new(), input = [12])]
struct Net {
    #[layer([-1, -1])]
    rows: Reshape,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.rows(x)
    }
}

fn main() {}
