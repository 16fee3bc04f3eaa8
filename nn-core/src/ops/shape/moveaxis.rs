//! Axes moved to other places.

use crate::{Error, Tensor};

impl Tensor {
    /// The axes `source` (counted from the end if negative) at the places `destination`; the others stay in their order. Two lists of
    /// different lengths and an axis that is named twice are errors.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).moveaxis([0], [-1]).shape(), [3, 4, 2]);
    /// ```
    #[track_caller]
    pub fn moveaxis(
        &self,
        source: impl AsRef<[isize]>,
        destination: impl AsRef<[isize]>,
    ) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        let (source, destination) = (source.as_ref(), destination.as_ref());
        let shape = *self.raw_shape();
        let places = |axes: &[isize]| -> crate::Result<Vec<usize>> {
            let places: Vec<usize> = axes
                .iter()
                .map(|&axis| shape.axis(axis))
                .collect::<Result<_, _>>()?;
            match (1..places.len()).find(|&i| places[..i].contains(&places[i])) {
                Some(i) => Err(Error::shape(format!(
                    "moveaxis of {shape} names axis {} twice in {axes:?}",
                    axes[i]
                ))),
                None => Ok(places),
            }
        };
        let (source, destination) = match (places(source), places(destination)) {
            (Ok(source), Ok(destination)) if source.len() == destination.len() => {
                (source, destination)
            }
            (Ok(source), Ok(destination)) => {
                return self.fail(
                    "moveaxis",
                    Error::shape(format!(
                        "moveaxis needs as many places as axes, found {} axes and {} places",
                        source.len(),
                        destination.len()
                    )),
                );
            }
            (Err(error), _) | (_, Err(error)) => return self.fail("moveaxis", error),
        };
        let mut rest = (0..shape.rank()).filter(|axis| !source.contains(axis));
        let order = (0..shape.rank()).map(|place| {
            let moved = destination.iter().position(|&d| d == place);
            let axis = moved.map(|i| source[i]).or_else(|| rest.next());
            axis.expect("as many axes as places") as isize
        });
        self.transpose(order.collect::<Vec<isize>>())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn moves_several_at_once() {
        let x = Tensor::zeros([2, 3, 4, 5]);
        assert_eq!(x.moveaxis([0, 1], [-1, -2]).shape(), [4, 5, 3, 2]);
        assert_eq!(x.moveaxis([-1], [0]).shape(), [5, 2, 3, 4]);
        assert_eq!(x.moveaxis([], []).shape(), [2, 3, 4, 5]);
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.moveaxis([0], [1]).shape().to_string(), "[3, _]");
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([2, 3]);
        assert!(message(x.moveaxis([0, -2], [0, 1])).contains("names axis -2 twice"));
        assert!(message(x.moveaxis([0, 1], [0])).contains("found 2 axes and 1 places"));
        assert!(x.moveaxis([2], [0]).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].moveaxis([0], [2]).square(), &[&[2, 3, 2]]);
    }
}
