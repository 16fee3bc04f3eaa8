use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> nn::Result<Tensor> {
        let y = self.a(&x).into_result()?;
        let z = self.checked(&x)?;
        Ok(y + z)
    }

    fn checked(&self, x: &Tensor) -> nn::Result<Tensor> {
        let y = self.b(x).into_result()?;
        if y.rank() > 7 {
            return Err(nn::Error::value("too many axes"));
        }
        Ok(y)
    }
}

fn main() {}
