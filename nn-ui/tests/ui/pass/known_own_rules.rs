//! Layers of the user's own that say what they make of a shape, to the compiler, to `build` and at run time.
#![deny(warnings)]

use nn::ShapeError;
use nn::prelude::*;

/// Every second column.
#[model(new())]
struct Halve {}

#[model]
impl Halve {
    /// Half the columns.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let last = input.rank() - 1;
        if !input.dims()[last].is_multiple_of(2) {
            return Err(
                ShapeError::new("Halve expects an even number of columns, found ").shape(input),
            );
        }
        Ok(input.with(last, input.dims()[last] / 2))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let half = x.shape()[x.rank() - 1] / 2;
        x.slice_axis(-1, 0..half)
    }
}

/// All tensors side by side.
#[model(new())]
struct Beside {}

#[model]
impl Beside {
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (mut i, mut width) = (0, 0);
        while i < inputs.len() {
            width += inputs[i].dims()[1];
            i += 1;
        }
        Ok(inputs[0].with(1, width))
    }

    fn call(&self, parts: Vec<Tensor>) -> Tensor {
        concatenate(parts, -1)
    }
}

/// A function of this name that is no rule: it is not `const`.
#[model(new())]
struct NoRule {}

#[model]
impl NoRule {
    pub fn output_shape(&self) -> String {
        "any".to_string()
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.relu()
    }
}

#[model(input = [8], new())]
struct Net {
    #[layer]
    halve: Halve,
    #[layer]
    beside: Beside,
    #[layer]
    no_rule: NoRule,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let half = self.halve(&x);
        self.no_rule(self.beside([x, half]))
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [12]);
    assert_eq!(Net::new().forward(Tensor::ones([2, 8])).shape(), [2, 12]);
    assert_eq!(NoRule::new().output_shape(), "any");
    let error = Halve::new().build([7]).unwrap_err().to_string();
    assert!(
        error.contains("even number of columns, found [_, 7]"),
        "{error}"
    );
}
