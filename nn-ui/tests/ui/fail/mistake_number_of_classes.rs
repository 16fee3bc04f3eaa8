use nn::prelude::*;

const CLASSES: usize = 6;

#[model(new(), input = [64, 64, 3])]
struct Net {
    #[layer]
    flatten: Flatten,
    #[layer(512, activation = Activation::Relu)]
    hidden: Dense,
    #[layer(10, activation = Activation::Softmax)]
    classifier: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.hidden(self.flatten(x)))
    }
}

const _: () = assert!(Net::OUTPUT.is([CLASSES]), "one score for each class");

fn main() {}
