//! What layers that keep the shape of their input have in common.

/// `output_shape` and nothing else to check.
macro_rules! same_shape {
    () => {
        /// The shape of the output, that of the input.
        ///
        /// # Errors
        /// None.
        pub const fn output_shape(
            &self,
            input: &nn_core::Shape,
        ) -> Result<nn_core::Shape, $crate::ShapeError> {
            Ok(*input)
        }
    };
}
pub(crate) use same_shape;
