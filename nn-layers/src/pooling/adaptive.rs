//! What poolings to a given size have in common, along one, two and three axes.

use crate::ShapeError;
use crate::core::windows;
use nn_core::{Shape, is_known};

/// The shape that such a pooling gives: `output_size`, and the channels of the input.
pub(crate) const fn output_shape<const N: usize>(
    layer: &str,
    output_size: [usize; N],
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if let Err(error) = windows::check_rank(layer, N, input) {
        return Err(error);
    }
    let mut output = *input;
    let mut i = 0;
    while i < N {
        if output_size[i] == 0 || !is_known(output_size[i]) || input.dims()[i + 1] == 0 {
            let error = ShapeError::new(layer).text(" shares what is there among at least one window each way (below 2³⁴), found an output size of ");
            let error = error.shape(&Shape::new(&output_size)).text(" for ");
            return Err(error.shape(input));
        }
        output = output.with(i + 1, output_size[i]);
        i += 1;
    }
    Ok(output)
}

/// `new` of a pooling along several axes, in a layer with the field `output_size`.
macro_rules! adaptive_windows {
    ($n:literal, $size:literal, $sides:literal) => {
        #[doc = concat!("As many windows each way that the output has ", $size, ".")]
        pub const fn new(output_size: usize) -> Self {
            Self {
                output_size: [output_size; $n],
            }
        }

        #[doc = concat!("`", $sides, "` of the output, where they differ.")]
        pub const fn output_size_by_side(mut self, output_size: [usize; $n]) -> Self {
            self.output_size = output_size;
            self
        }
    };
}
pub(crate) use adaptive_windows;
