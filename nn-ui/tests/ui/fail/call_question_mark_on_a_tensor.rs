use nn::prelude::*;

#[model(new())]
struct Net {
    #[layer(4)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> nn::Result<Tensor> {
        let y = self.dense(x)?;
        Ok(y)
    }
}

fn main() {}
