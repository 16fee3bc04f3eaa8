use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let (values, _) = self.a(x).top_k(4);
        values
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        // Positions are whole numbers.
        let (values, places) = x.top_k(2);
        self.a(places) + values
    }
}

fn main() {}
