use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
            .relu()
            .expand_dims(1)
            .swapaxes(1, 2)
            .squeeze(1)
            .softmax(-1)
    }
}

fn main() {}
