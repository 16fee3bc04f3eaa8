use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Option<Dense>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.a.as_ref().map_or(x.clone(), |a| a.forward(&x));
        x + y
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(None)]
    a: Option<Dense>,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.a.as_ref().map(|a| a.forward(&x)).unwrap_or(x.mean_axis(-1));
        x.columns(0..3) + y.expand_dims(1).tile([1, 2])
    }
}

fn main() {}
