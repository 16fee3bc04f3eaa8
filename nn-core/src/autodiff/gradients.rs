//! What a tape is asked for, and what it answers for a whole model: [`Sources`] and [`Gradients`].

use crate::module::tree::{self, Parameter};
use crate::{Error, Layer, Result, Tensor};
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

/// What gradients can be taken with respect to: a tensor, an array, slice or `Vec` of tensors, a layer or model (its
/// trainable parameters), or a slice of parameters, of several layers for example (those that can be trained).
///
/// ```
/// use nn::{Dense, GradientTape, Layer, Module, Tensor};
/// let (hidden, output) = (Dense::new(3), Dense::new(1));
/// let tape = GradientTape::new();
/// let y = output.forward(hidden.forward(Tensor::ones([4, 2])));
/// let both = [hidden.parameters(), output.parameters()].concat();
/// assert_eq!(tape.gradient(&y, &both[..])?.len(), 4);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Sources {
    /// The gradients, in the same structure.
    type Gradient;

    /// The sources, parameters with their paths.
    ///
    /// # Errors
    /// When a source is a failed tensor.
    #[doc(hidden)]
    fn tensors(&self) -> Result<Vec<Source>>;

    /// Puts gradients, in the order of the sources that [`Sources::tensors`] gave, into their structure.
    ///
    /// # Errors
    /// When one is missing that cannot be left out.
    #[doc(hidden)]
    fn assemble(
        self,
        sources: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        targets: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Self::Gradient>;
}

/// A source, and its path if it is a parameter.
#[doc(hidden)]
pub type Source = (Option<Arc<str>>, Tensor);

fn plain<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> Result<Vec<Source>> {
    tensors
        .into_iter()
        .map(|t| Ok((None, t.clone().into_result()?)))
        .collect()
}

fn all(gradients: Vec<Option<Tensor>>) -> Result<Vec<Tensor>> {
    let missing = || Error::gradient("the target does not depend on one of the sources");
    gradients
        .into_iter()
        .map(|g| g.ok_or_else(missing))
        .collect()
}

impl Sources for &Tensor {
    type Gradient = Tensor;
    fn tensors(&self) -> Result<Vec<Source>> {
        plain([*self])
    }
    fn assemble(
        self,
        _: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        _: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Tensor> {
        Ok(all(gradients)?.swap_remove(0))
    }
}

impl<const N: usize> Sources for [&Tensor; N] {
    type Gradient = [Tensor; N];
    fn tensors(&self) -> Result<Vec<Source>> {
        plain(*self)
    }
    fn assemble(
        self,
        _: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        _: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<[Tensor; N]> {
        let gradients = all(gradients)?;
        Ok(gradients
            .try_into()
            .unwrap_or_else(|_| unreachable!("one per source")))
    }
}

impl Sources for &[Tensor] {
    type Gradient = Vec<Tensor>;
    fn tensors(&self) -> Result<Vec<Source>> {
        plain(*self)
    }
    fn assemble(
        self,
        _: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        _: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Vec<Tensor>> {
        all(gradients)
    }
}

impl Sources for &Vec<Tensor> {
    type Gradient = Vec<Tensor>;
    fn tensors(&self) -> Result<Vec<Source>> {
        plain(*self)
    }
    fn assemble(
        self,
        _: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        _: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Vec<Tensor>> {
        all(gradients)
    }
}

impl<L: Layer> Sources for &L {
    type Gradient = Gradients;
    fn tensors(&self) -> Result<Vec<Source>> {
        let name = self.class_name().unwrap_or("the model");
        trainable(&tree::parameters(*self), name)
    }
    fn assemble(
        self,
        sources: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        targets: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Gradients> {
        Ok(Gradients::of(sources, gradients, targets))
    }
}

impl Sources for &[Parameter<'_>] {
    type Gradient = Gradients;
    fn tensors(&self) -> Result<Vec<Source>> {
        trainable(self, "the model")
    }
    fn assemble(
        self,
        sources: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        targets: &[(&Tensor, Option<&Tensor>)],
    ) -> Result<Gradients> {
        Ok(Gradients::of(sources, gradients, targets))
    }
}

/// Those of the parameters of a model, which is called `name`, that can be trained.
fn trainable(parameters: &[Parameter<'_>], name: &str) -> Result<Vec<Source>> {
    if parameters.is_empty() {
        return Err(Error::gradient(format!(
            "{name} has no parameters yet: call it once, or `build` it, before asking for gradients"
        )));
    }
    let mut trainable = Vec::with_capacity(parameters.len());
    let found = parameters.iter().filter(|p| p.trainable());
    trainable.extend(found.map(|p| (Some(p.shared_path()), p.value())));
    if trainable.is_empty() {
        return Err(Error::gradient(format!(
            "{name} has nothing to train: all of its {} parameters are frozen; `set_trainable(true)` on a layer undoes that",
            parameters.len()
        )));
    }
    Ok(trainable)
}

/// The gradients of a model's trainable parameters, in their order.
///
/// ```no_run
/// # use nn::{Gradients, Tensor};
/// # fn f(gradients: Gradients) {
/// for (path, gradient) in gradients.iter() {
///     println!("{path}: {}", gradient.shape());
/// }
/// let kernel: &Tensor = &gradients["dense1.kernel"];
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Gradients {
    entries: Vec<Entry>,
    /// What they are the gradients of.
    target: Option<Tensor>,
}

#[derive(Clone)]
struct Entry {
    path: Arc<str>,
    id: u64,
    gradient: Tensor,
}

impl<'a> IntoIterator for &'a Gradients {
    type Item = (&'a str, &'a Tensor);
    type IntoIter = std::vec::IntoIter<Self::Item>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl Gradients {
    fn of(
        sources: Vec<Source>,
        gradients: Vec<Option<Tensor>>,
        targets: &[(&Tensor, Option<&Tensor>)],
    ) -> Gradients {
        let entries = sources
            .into_iter()
            .zip(gradients)
            .filter_map(|((path, value), gradient)| {
                Some(Entry {
                    path: path.expect("parameters have paths"),
                    id: value.id(),
                    gradient: gradient?,
                })
            })
            .collect();
        let target = targets.first().map(|(target, _)| (*target).clone());
        Gradients { entries, target }
    }

    /// What was differentiated: the loss; the first of several.
    pub fn target(&self) -> Option<&Tensor> {
        self.target.as_ref()
    }

    /// How many parameters have a gradient here.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Paths and gradients, in the parameters' order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|e| (&*e.path, &e.gradient))
    }

    /// The gradient of the parameter at a path.
    pub fn get(&self, path: &str) -> Option<&Tensor> {
        self.entries
            .iter()
            .find(|e| *e.path == *path)
            .map(|e| &e.gradient)
    }

    /// The gradient of the parameter with an identity ([`crate::Param::id`]).
    pub fn by_id(&self, id: u64) -> Option<&Tensor> {
        self.entries
            .iter()
            .find(|e| e.id == id)
            .map(|e| &e.gradient)
    }

    /// The same parameters with every gradient replaced by `f(path, gradient)`.
    pub fn map(mut self, mut f: impl FnMut(&str, &Tensor) -> Tensor) -> Gradients {
        for e in &mut self.entries {
            e.gradient = f(&e.path, &e.gradient);
        }
        self
    }

    /// The gradients of a loss from those of the loss times `scale`: each divided by it. The scaled loss can be infinite where the loss
    /// is not, so it is no longer their [`Gradients::target`].
    ///
    /// ```
    /// # use nn::{GradientTape, Gradients, Layer, Result, Tensor};
    /// fn gradients<L: Layer>(tape: GradientTape, model: &L, loss: Tensor) -> Result<Gradients> {
    ///     Ok(tape.gradient(&(loss * 1024.0), model)?.unscaled(1024.0))
    /// }
    /// ```
    pub fn unscaled(mut self, scale: f64) -> Gradients {
        self.target = None;
        self.map(|_, g| g / scale)
    }

    /// Those of the parameters whose identities ([`crate::Param::id`]) are wanted.
    pub fn only(mut self, wanted: impl Fn(u64) -> bool) -> Gradients {
        self.entries.retain(|e| wanted(e.id));
        self
    }

    /// The Euclidean norm of all gradients taken as one vector, a scalar.
    ///
    /// Where the sum of the squares is more than the type of the gradients holds, they are divided by the greatest magnitude first.
    pub fn global_norm(&self) -> Tensor {
        let norm = self.root_of_squares();
        match self.unit(&norm) {
            None => norm,
            Some(unit) => self.clone().map(|_, g| g / unit).root_of_squares() * unit,
        }
    }

    fn root_of_squares(&self) -> Tensor {
        let squares = self.entries.iter().map(|e| e.gradient.square().sum());
        squares
            .reduce(|a, b| a + b)
            .unwrap_or_else(|| Tensor::from(0.0_f32))
            .sqrt()
    }

    /// The greatest magnitude, where `norm` is not finite although every gradient is.
    fn unit(&self, norm: &Tensor) -> Option<f64> {
        if norm.is_finite_everywhere() {
            return None;
        }
        let magnitudes = self.entries.iter().map(|e| e.gradient.greatest_magnitude());
        let all_finite = magnitudes.clone().all(f64::is_finite);
        all_finite.then(|| magnitudes.fold(0.0, f64::max))
    }

    /// All gradients scaled by `max / norm` if their global norm is above `max` (Pascanu et al. 2013); as they are for an infinite `max`.
    pub fn clip_by_global_norm(self, max: f64) -> Gradients {
        if max == f64::INFINITY {
            return self;
        }
        let norm = self.root_of_squares();
        let Some(unit) = self.unit(&norm) else {
            let scale: Tensor = max / norm.maximum(max);
            return self.map(|_, g| g * &scale);
        };
        // In units of the greatest magnitude the squares are numbers of their type; what explodes keeps its direction.
        let scaled = self.map(|_, g| g / unit);
        let norm = scaled.root_of_squares();
        let scale: Tensor = max / norm.maximum(max / unit);
        scaled.map(|_, g| g * &scale)
    }

    /// Each gradient scaled by `max / norm` if its own norm is above `max`; as they are for an infinite `max`.
    pub fn clip_by_norm(mut self, max: f64) -> Gradients {
        let alone = |entry| {
            let one = Gradients {
                entries: vec![entry],
                target: None,
            };
            one.clip_by_global_norm(max).entries
        };
        self.entries = self.entries.into_iter().flat_map(alone).collect();
        self
    }

    /// Every number of every gradient limited to `[-max, max]`.
    pub fn clip_by_value(self, max: f64) -> Gradients {
        self.map(|_, g| g.clip(-max, max))
    }
}

impl Index<&str> for Gradients {
    type Output = Tensor;
    /// # Panics
    /// When no parameter has that path; [`Gradients::get`] returns an `Option`.
    fn index(&self, path: &str) -> &Tensor {
        self.get(path).unwrap_or_else(|| {
            let known: Vec<&str> = self.iter().map(|(path, _)| path).collect();
            panic!("no gradient for `{path}`; there are {}", known.join(", "))
        })
    }
}

impl fmt::Debug for Gradients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.entries
                    .iter()
                    .map(|e| (&e.path, e.gradient.raw_shape())),
            )
            .finish()
    }
}
