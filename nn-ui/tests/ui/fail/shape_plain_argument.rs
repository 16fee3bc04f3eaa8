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
    fn call(&self, x: Tensor, scale: usize, mask: Option<&Tensor>) -> Tensor {
        let y = (self.a(&x) + self.b(&x)) * scale as f32;
        match mask {
            Some(mask) => y * mask,
            None => y,
        }
    }
}

fn main() {}
