//! The angle of a number in the plane of complex numbers.

use crate::Tensor;
use crate::ops::elementwise::{float, where_};

impl Tensor {
    /// The angle of every element as a complex number: π of negative ones, 0 of others, NaN of NaN. Integers are taken as `f32`. The
    /// gradient is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-2.0_f32, 3.0]).angle().to_vec::<f32>()?, [std::f32::consts::PI, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn angle(&self) -> Tensor {
        let x = float(self).stop_gradient();
        let angle = where_(x.less(0.0), std::f64::consts::PI, x.zeros_like());
        where_(x.isnan(), f64::NAN, angle)
    }
}
