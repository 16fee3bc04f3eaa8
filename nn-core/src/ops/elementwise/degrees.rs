//! Angles in degrees and radians.

use crate::Tensor;
use crate::ops::elementwise::float;
use std::f64::consts::PI;

impl Tensor {
    /// Degrees as radians: `x · π / 180`. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([180.0_f32]).deg2rad().to_vec::<f32>()?, [std::f32::consts::PI]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn deg2rad(&self) -> Tensor {
        float(self) * (PI / 180.0)
    }

    /// Radians as degrees: `x · 180 / π`. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([std::f32::consts::PI]).rad2deg().to_vec::<f32>()?, [180.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn rad2deg(&self) -> Tensor {
        float(self) * (180.0 / PI)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].deg2rad().square(), &[&[3]]);
        check_gradient(|x| x[0].rad2deg().sin(), &[&[3]]);
    }
}
