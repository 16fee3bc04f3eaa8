use nn::prelude::*;

#[model]
struct Net {
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}

fn main() {
    let m = Net { a: Dense::new(1) }.compile(Compile::new("adam", MeanSquaredError::new()));
}
