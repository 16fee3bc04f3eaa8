use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(20)]
    wide: Dense,
    #[layer(10)]
    narrow: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.narrow(&x);
        let x = self.wide(x);
        {
            let x = x.mean_axis(-1);
            let _ = x;
        }
        x + y
    }
}

fn main() {}
