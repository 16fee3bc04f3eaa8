use nn::prelude::*;

// A model with an input of its own, and a part of another one. What is wrong with it is said once; what is wrong with the other is said too.
#[model(input = [4], new())]
struct Part {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Part {
    fn call(&self, x: Tensor) -> Tensor {
        &x + &self.dense(&x)
    }
}

#[model(input = [4], new())]
struct Net {
    #[layer]
    part: Part,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.part(x)
    }
}

#[model(input = [4], new())]
struct Other {
    #[layer]
    part: Part,
    #[layer(8, 3)]
    conv: Conv2D,
}

#[model]
impl Other {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.conv(&x);
        self.part(x) + y
    }
}

fn main() {}
