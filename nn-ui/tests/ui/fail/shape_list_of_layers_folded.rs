use nn::prelude::*;

#[model(input = [8], new())]
struct Net {
    #[layer(8)]
    first: Dense,
    #[layer(5)]
    second: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let layers = [&self.first, &self.second];
        let y = [&self.first, &self.second]
            .iter()
            .fold(x.clone(), |y, layer| layer.forward(y));
        assert_eq!(layers.len(), 2);
        y + x
    }
}

fn main() {}
