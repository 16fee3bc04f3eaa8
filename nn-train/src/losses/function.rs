//! Functions and closures as losses.

use super::Loss;
use nn_core::Tensor;

/// `Fn(&Tensor, &Tensor) -> Tensor`, from targets and predictions, which makes a function a [`Loss`]. It is for every such function, and has a
/// name so that the compiler can say of a method like `.name(..)` on what is neither loss nor function that there is none: [`Loss`] has
/// methods with common names, and every type could be a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no such method",
    label = "not a method of `{Self}`",
    note = "losses have it, and `{Self}` is none; a layer has the name of its field, and `.named(\"..\")` gives it one where it is called on symbolic tensors"
)]
pub trait LossFunction: Fn(&Tensor, &Tensor) -> Tensor + Send + Sync {}

impl<F> LossFunction for F where F: Fn(&Tensor, &Tensor) -> Tensor + Send + Sync {}

/// A function of targets and predictions is a loss: one value for each sample, or the loss of the batch as a scalar.
///
/// It has the function's name, a closure the name `loss`. Types must be written in a closure's arguments. As code it is not part of a
/// file: what is saved of a training with it can be loaded with [`losses::from_config`](crate::losses::from_config) where the function is
/// registered by its name, `nn::register!(Function: quartic);`.
///
/// ```
/// use nn::{losses::Loss, Tensor};
/// fn quartic(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
///     (y_true - y_pred).square().square().mean_axis(-1)
/// }
/// let (y, y_pred) = (Tensor::from([[1.0_f32], [2.0]]), Tensor::from([[1.0_f32], [4.0]]));
/// assert_eq!((quartic.name(), quartic.call(&y, &y_pred).item::<f32>()?), ("quartic", 8.0));
///
/// nn::register!(Function: quartic);
/// let again = nn::losses::from_config(&quartic.config())?;
/// assert_eq!(again.call(&y, &y_pred).item::<f32>()?, 8.0);
/// # Ok::<(), nn::Error>(())
/// ```
impl<F: LossFunction> Loss for F {
    fn name(&self) -> &str {
        let path = std::any::type_name::<F>();
        match path.rsplit("::").next() {
            Some(name) if !name.contains(['{', '(', '>']) => name,
            _ => "loss",
        }
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        self(y_true, y_pred)
    }
}
