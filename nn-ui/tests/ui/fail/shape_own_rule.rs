use nn::ShapeError;
use nn::prelude::*;

/// Every second column.
#[model(new())]
struct Halve {}

#[model]
impl Halve {
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let rank = input.rank();
        if !input.dims()[rank - 1].is_multiple_of(2) {
            let error = ShapeError::new("Halve expects an even number of columns, found ");
            return Err(error.shape(input).text("; pad with a column of zeros"));
        }
        Ok(input.with(rank - 1, input.dims()[rank - 1] / 2))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let halves = x.shape()[1] / 2;
        x.slice_axis(1, 0..halves)
    }
}

#[model(input = [7], new())]
struct Net {
    #[layer]
    halve: Halve,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.halve(x)
    }
}

fn main() {}
