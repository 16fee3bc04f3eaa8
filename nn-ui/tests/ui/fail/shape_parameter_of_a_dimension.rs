use nn::prelude::*;

#[derive(Layer)]
struct Scale {
    #[config]
    units: usize,
    kernel: Param,
}

#[model]
impl Scale {
    const fn new(units: usize) -> Self {
        Self {
            units,
            kernel: Param::new(Initializer::GlorotUniform),
        }
    }

    fn build(&self, input: &Shape) -> nn::Result<()> {
        self.kernel.build([input.dim(-1)?, self.units])
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.matmul(&self.kernel)
    }
}

#[model(input = [6], new())]
struct Net {
    #[layer(8)]
    scale: Scale,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.scale(&x) + x
    }
}

fn main() {}
