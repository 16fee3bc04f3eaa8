use nn::prelude::*;

#[derive(Clone, Default)]
struct Context {
    temperature: f32,
}

#[model(input = ([4], [5]), new())]
struct Net {
    #[layer(6)]
    a: Dense,
}

#[model]
impl Net {
    fn call(&self, x: &Tensor, context: &Context, y: &Tensor) -> Tensor {
        (self.a(x) + y) / context.temperature
    }
}

fn main() {}
