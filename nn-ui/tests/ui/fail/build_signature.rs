use nn::prelude::*;

#[derive(Layer)]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn build(&self, _input: usize) -> nn::Result<()> {
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
