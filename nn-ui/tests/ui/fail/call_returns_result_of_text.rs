use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Result<Tensor, String> {
        Ok(self.dense(x))
    }
}

fn main() {}
