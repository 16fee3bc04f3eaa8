use nn::ShapeError;
use nn::prelude::*;

/// The product of all rows of one with all rows of the other.
#[model(new())]
struct Scores {}

#[model]
impl Scores {
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let [a, b] = inputs else {
            return Err(ShapeError::new("Scores compares two tensors, found ").number(inputs.len()));
        };
        if a.dims()[2] != b.dims()[2] {
            let error = ShapeError::new("Scores needs rows of one length, found ");
            return Err(error.shape(a).text(" and ").shape(b));
        }
        Ok(a.with(2, b.dims()[1]))
    }

    fn call(&self, pair: (Tensor, Tensor)) -> Tensor {
        pair.0.matmul_transposed(&pair.1)
    }
}

#[model(input = ([4, 16], [6, 12]), new())]
struct Net {
    #[layer]
    scores: Scores,
}

#[model]
impl Net {
    fn call(&self, a: Tensor, b: Tensor) -> Tensor {
        self.scores((a, b)).softmax(-1)
    }
}

fn main() {}
