use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }

    fn train_step(&self, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
        Ok(())
    }

    fn test_step(&mut self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
        Ok(())
    }
}

fn main() {}
