use nn::prelude::*;

#[model(input = [4], new(kind: usize = 1))]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
    #[config]
    kind: usize,
}

#[model]
impl Net {
    fn call(&self, x: Tensor, task: usize) -> Tensor {
        if task > self.kind {
            panic!("no such task");
        }
        self.a(&x) + self.b(&x)
    }
}

fn main() {}
