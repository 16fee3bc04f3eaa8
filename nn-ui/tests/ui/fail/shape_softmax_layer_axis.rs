use nn::prelude::*;

#[model(new(classes: usize = 10), input = [784])]
struct Net {
    #[layer(classes)]
    classifier: Dense,
    #[layer(axis = 2)]
    softmax: Softmax,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.softmax(self.classifier(x))
    }
}

fn main() {}
