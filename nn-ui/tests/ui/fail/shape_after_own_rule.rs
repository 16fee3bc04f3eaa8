use nn::ShapeError;
use nn::prelude::*;

/// A layer whose `call` no compiler can follow, and whose rule says what comes out.
#[model(new(units: usize))]
struct Strange {
    #[config]
    units: usize,
}

#[model]
impl Strange {
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        Ok(input.with(1, self.units))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let rows: Vec<Tensor> = (0..self.units).map(|i| x.sum_axis(1) * i as f32).collect();
        stack(&rows, 1)
    }
}

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    strange: Strange,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        &x + &self.strange(&x)
    }
}

fn main() {}
