//! Layers and operations in any graph without circles.

use crate::functional::config::{self, snake_case};
use crate::functional::order::in_order;
use crate::functional::plan::{Plan, PlanInput, PlanStep, Slot, What};
use crate::functional::read;
use crate::functional::shared::Called;
use nn_core::op::Spec;
use nn_core::registry::{DynLayer, LayerClass, SharedLayer};
use nn_core::symbolic::{Maker, Step};
use nn_core::{DType, Error, Layer, Module, Result, Shape, Tensor, Tensors, is_known};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::Arc;

/// A model put together from symbolic tensors: layers and operations, some of them used several times, from inputs of the structure `I` to
/// outputs of the structure `O`. It trains, prints, saves and loads as any model, without a `call`.
///
/// Paths begin with the names of the layers: those given by `named`, else the class and a number (`dense`, `dense_1`).
///
/// Source: Keras's Functional API.
///
/// ```
/// use nn::{Activation, Dense, Functional, Input, Layer, Module, On, Tensor};
/// let x = Input::new([8]);
/// let h = Dense::new(8).activation(Activation::Relu).on(&x);
/// let model: Functional<Tensor, Tensor> = Functional::new(x.clone(), Dense::new(2).named("head").on(h + &x))?;
/// assert_eq!(model.forward(Tensor::ones([3, 8])).shape(), [3, 2]);
/// let paths: Vec<String> = model.parameters().iter().map(|p| p.path().to_string()).collect();
/// assert_eq!(paths, ["dense.kernel", "dense.bias", "head.kernel", "head.bias"]);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
pub struct Functional<I, O> {
    pub(crate) plan: Plan,
    structure: PhantomData<fn(I) -> O>,
}

impl<I: Tensors, O: Tensors> Functional<I, O> {
    /// The model from some symbolic inputs to outputs made of them.
    ///
    /// # Errors
    /// Outputs that need another input than those given; an input that is none, or given twice; two layers of one name; a parameter that an
    /// operation uses by itself (a layer called by `forward` and not by `on`); whatever was wrong with the shapes.
    pub fn new(inputs: I, outputs: O) -> Result<Functional<I, O>> {
        let leaves = |t: Vec<&Tensor>| t.into_iter().cloned().collect::<Vec<Tensor>>();
        let plan = Plan::new(&leaves(inputs.leaves()), &leaves(outputs.leaves()))?;
        Ok(Functional::of(plan))
    }

    fn of(plan: Plan) -> Functional<I, O> {
        Functional {
            plan,
            structure: PhantomData,
        }
    }

    /// The shapes of the inputs without the batch: `model.summary(model.inputs())`.
    pub fn inputs(&self) -> Vec<Shape> {
        self.plan
            .inputs
            .iter()
            .map(|i| i.spec.shape.without(0))
            .collect()
    }

    /// The names of the inputs.
    pub fn input_names(&self) -> Vec<&str> {
        self.plan.inputs.iter().map(|i| i.name.as_str()).collect()
    }

    /// The layer of a name: to look at it, to call it, or to freeze it, Keras's `model.get_layer("features").trainable = False`. What it has for
    /// parameters says [`parameters`](nn_core::module::parameters).
    ///
    /// ```
    /// use nn::{Dense, Functional, Input, Module, On, Tensor};
    /// let x = Input::new([8]);
    /// let h = Dense::new(4).named("features").on(&x);
    /// let model: Functional<Tensor, Tensor> = Functional::new(x, Dense::new(2).on(h))?;
    /// let features = model.get_layer("features").expect("it is there");
    /// features.set_trainable(false);
    /// assert!(nn::module::parameters(features).iter().all(|p| p.is_frozen()));
    /// let trained: Vec<String> = model.trainable_parameters().iter().map(|p| p.path().to_string()).collect();
    /// assert_eq!(trained, ["dense.kernel", "dense.bias"]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn get_layer(&self, name: &str) -> Option<&dyn DynLayer> {
        let found = self.plan.layers.iter().find(|(n, _)| n == name);
        found.map(|(_, layer)| &**layer)
    }
}

impl Plan {
    pub fn new(inputs: &[Tensor], outputs: &[Tensor]) -> Result<Plan> {
        if let Some(error) = inputs.iter().chain(outputs).find_map(Tensor::error) {
            return Err(error.clone());
        }
        let mut plan = Plan::default();
        // The first value of every step that is in the plan.
        let mut placed: HashMap<*const Step, usize> = HashMap::new();
        let mut names = Names::default();
        for input in inputs {
            let history = input.history().map(|h| &h.step);
            let Some((step, Maker::Input(name))) = history.map(|step| (step, &step.maker)) else {
                return Err(Error::value(
                    "an input of a Functional model is a symbolic one, `Input::new([784])`, and not what is made of it",
                ));
            };
            let name = match name {
                Some(name) => names.given(name)?,
                None => names.numbered("input"),
            };
            if placed.insert(Arc::as_ptr(step), plan.specs.len()).is_some() {
                return Err(Error::value(format!("the input `{name}` is given twice")));
            }
            let spec = Spec::of(input);
            plan.specs.push(spec);
            plan.inputs.push(PlanInput { name, spec });
        }
        let order = in_order(outputs);
        for step in &order.behind_inputs {
            if !placed.contains_key(&Arc::as_ptr(step)) {
                plan.place(step, &mut placed, &mut names)?;
            }
        }
        plan.order_layers(&plan.layers_by_depth(&order.as_met, &placed));
        plan.outputs = outputs
            .iter()
            .map(|t| slot(t, &placed))
            .collect::<Result<_>>()?;
        if plan.outputs.is_empty() {
            return Err(Error::value("a Functional model has at least one output"));
        }
        plan.note_last_uses();
        Ok(plan)
    }

    fn place(
        &mut self,
        step: &Arc<Step>,
        placed: &mut HashMap<*const Step, usize>,
        names: &mut Names,
    ) -> Result<()> {
        let inputs = step.inputs.iter().map(|t| slot(t, placed));
        let inputs: Vec<Slot> = inputs.collect::<Result<_>>()?;
        let what = match &step.maker {
            Maker::Input(name) => {
                let name = name.as_deref().unwrap_or("without a name");
                return Err(Error::value(format!(
                    "the outputs need the input `{name}`, which is not among the inputs of the model; give it too"
                )));
            }
            Maker::Op(op, location) => {
                if op.is_random() {
                    let e = Error::value(
                        "draws random numbers, which a Functional model leaves to layers; use `Dropout` or `GaussianNoise`",
                    );
                    return Err(e.at_op(op.name(), location));
                }
                What::Op(op.clone(), location)
            }
            Maker::Call(called) => {
                let Some(called) = called.downcast_ref::<Called>() else {
                    return Err(Error::value("a symbolic tensor of another kind of model"));
                };
                match called {
                    Called::Layer { layer, name, asked } => {
                        What::Layer(self.layer(layer, name.as_deref(), names)?, *asked)
                    }
                    Called::Mask => What::Mask,
                }
            }
        };
        placed.insert(Arc::as_ptr(step), self.specs.len());
        self.steps.push(PlanStep {
            what,
            inputs,
            first: self.specs.len(),
        });
        self.specs.extend(&step.outputs);
        Ok(())
    }

    /// The number of a layer, which is new or known.
    fn layer(
        &mut self,
        layer: &SharedLayer,
        name: Option<&str>,
        names: &mut Names,
    ) -> Result<usize> {
        let address = Arc::as_ptr(layer).cast::<()>();
        if let Some(number) = names.layers.get(&address) {
            return Ok(*number);
        }
        let name = match name {
            Some(name) => names.given(name)?,
            None => names.numbered(&snake_case(layer.class_name().unwrap_or("layer"))),
        };
        names.layers.insert(address, self.layers.len());
        self.layers.push((name, layer.clone()));
        Ok(self.layers.len() - 1)
    }

    /// Puts the layers into the order of their names.
    pub fn order_by_names(&mut self, names: &[&str]) {
        // The first of equal names counts.
        let places: HashMap<&str, usize> = names
            .iter()
            .rev()
            .copied()
            .zip((0..names.len()).rev())
            .collect();
        let place = |name: &str| places.get(name).copied().unwrap_or(names.len());
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        order.sort_by_key(|&i| place(&self.layers[i].0));
        self.order_layers(&order);
    }

    /// Puts the layers into the order of these numbers.
    fn order_layers(&mut self, order: &[usize]) {
        self.layers = order.iter().map(|&i| self.layers[i].clone()).collect();
        let mut new = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            new[from] = to;
        }
        for step in &mut self.steps {
            if let What::Layer(number, _) = &mut step.what {
                *number = new[*number];
            }
        }
    }

    fn note_last_uses(&mut self) {
        self.last_use = vec![usize::MAX; self.specs.len()];
        for (i, step) in self.steps.iter().enumerate() {
            for slot in &step.inputs {
                if let Slot::Value(value) = slot {
                    self.last_use[*value] = i;
                }
            }
        }
        for slot in &self.outputs {
            if let Slot::Value(value) = slot {
                self.last_use[*value] = usize::MAX;
            }
        }
    }

    pub fn run(&self, inputs: Vec<Tensor>, training: bool) -> Result<Vec<Tensor>> {
        self.check(&inputs)?;
        let batch = inputs
            .first()
            .map_or(1, |t| t.shape().first().copied().unwrap_or(1));
        // As Keras does, and as the operations of the model take it for granted.
        let typed = self.inputs.iter().zip(inputs);
        let typed = typed.map(|(input, given)| Some(given.cast(input.spec.dtype)));
        let mut values: Vec<Option<Tensor>> = typed.collect();
        values.resize(self.specs.len(), None);
        for (i, step) in self.steps.iter().enumerate() {
            let read = |slot: &Slot, values: &mut Vec<Option<Tensor>>| match slot {
                Slot::Constant(tensor) => tensor.clone(),
                Slot::Value(value) => values[*value].clone().expect("made by a step before"),
            };
            let found: Vec<Tensor> = step
                .inputs
                .iter()
                .map(|slot| read(slot, &mut values))
                .collect();
            // What nobody reads any more is let go before the step runs, so that its memory serves the next.
            for slot in &step.inputs {
                if let Slot::Value(value) = slot
                    && self.last_use[*value] == i
                {
                    values[*value] = None;
                }
            }
            let results = match &step.what {
                What::Layer(number, asked) => asked.call(&*self.layers[*number].1, found, training),
                What::Mask => vec![found[0].with_mask(found.get(1).cloned())],
                What::Op(op, location) => {
                    let results = nn_core::rerun(op, &found, batch, location);
                    match self.operations_drop_masks {
                        true => results.iter().map(Tensor::without_mask).collect(),
                        false => results,
                    }
                }
            };
            if let Some(error) = results.iter().find_map(Tensor::error) {
                return Err(error.clone());
            }
            for (k, result) in results.into_iter().enumerate() {
                values[step.first + k] = Some(result);
            }
        }
        let outputs = self.outputs.iter().map(|slot| match slot {
            Slot::Constant(tensor) => tensor.clone(),
            Slot::Value(value) => values[*value].clone().expect("outputs are kept"),
        });
        Ok(outputs.collect())
    }

    fn check(&self, inputs: &[Tensor]) -> Result<()> {
        if inputs.len() != self.inputs.len() {
            return Err(Error::shape(format!(
                "the model takes {} tensors, found {}",
                self.inputs.len(),
                inputs.len()
            )));
        }
        for (input, found) in self.inputs.iter().zip(inputs) {
            let (shape, expected) = (found.try_shape()?, &input.spec.shape);
            let fits = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
            if expected.rank() != shape.rank() || !expected.iter().zip(shape.iter()).all(fits) {
                return Err(Error::shape(format!(
                    "the input `{}` is {expected}, found {shape}",
                    input.name
                )));
            }
        }
        Ok(())
    }
}

/// Where a tensor is found when the model runs.
fn slot(tensor: &Tensor, placed: &HashMap<*const Step, usize>) -> Result<Slot> {
    match tensor.history() {
        Some(history) => {
            let first = placed[&Arc::as_ptr(&history.step)];
            Ok(Slot::Value(first + history.output))
        }
        None if tensor.is_abstract() => Err(Error::value(format!(
            "a tensor of shape {} without a value is no part of the model: it is neither made of an `Input` nor a constant \
             (random numbers for an open batch are drawn by layers, `Dropout` or `GaussianNoise`)",
            tensor.shape()
        ))),
        None if tensor.is_variable() => Err(Error::value(
            "an operation of the model uses a parameter by itself, which would not be trained or saved: call the layer by `on`, \
             `Dense::new(8).on(&x)`, not by `forward`",
        )),
        None => match tensor.open_number() {
            Some(error) => Err(error),
            None => Ok(Slot::Constant(tensor.clone())),
        },
    }
}

/// Names that are in use.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
    /// How many names were made of a class.
    made: HashMap<String, usize>,
    /// The numbers of the layers by their addresses.
    layers: HashMap<*const (), usize>,
}

impl Names {
    fn given(&mut self, name: &str) -> Result<String> {
        if name.is_empty() || name.contains(['.', '/']) {
            return Err(Error::value(format!(
                "`{name}` is no name of a layer: paths are made of names, `encoder.kernel`, so that a name has neither `.` nor `/` and is not empty"
            )));
        }
        match self.taken.insert(name.to_string()) {
            true => Ok(name.to_string()),
            false => Err(Error::value(format!(
                "two layers or inputs are called `{name}`; rename one, or use `Shared` if they are to be one layer"
            ))),
        }
    }

    /// `dense`, `dense_1`, ...
    fn numbered(&mut self, class: &str) -> String {
        let made = self.made.entry(class.to_string()).or_default();
        loop {
            let name = match *made {
                0 => class.to_string(),
                i => format!("{class}_{i}"),
            };
            *made += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

impl<I: Tensors, O: Tensors> Clone for Functional<I, O> {
    /// A model with layers of its own.
    fn clone(&self) -> Self {
        let mut plan = self.plan.clone();
        for (_, layer) in &mut plan.layers {
            *layer = Arc::from(layer.clone_dyn());
        }
        Functional::of(plan)
    }
}

impl<I, O> std::fmt::Debug for Functional<I, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Functional ")?;
        let layers = self.plan.layers.iter().map(|(name, layer)| (name, layer));
        f.debug_map().entries(layers).finish()
    }
}

impl<I: Tensors, O: Tensors> Module for Functional<I, O> {
    fn class_name(&self) -> Option<&'static str> {
        Some("Functional")
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        for (name, layer) in &self.plan.layers {
            visit(name, &**layer);
        }
    }

    fn config(&self) -> Value {
        config::write(&self.plan)
    }

    fn from_config(config: &Value) -> Result<Self> {
        let plan = read::read(config)?;
        check_structure::<I>("inputs", plan.inputs.len())?;
        check_structure::<O>("outputs", plan.outputs.len())?;
        Ok(Functional::of(plan))
    }
}

/// Checks that a structure is one of so many tensors.
fn check_structure<T: Tensors>(what: &str, count: usize) -> Result<()> {
    let tensors = vec![Tensor::abstract_of([nn_core::UNKNOWN], DType::F32); count];
    let name = std::any::type_name::<T>();
    match T::from_leaves(tensors) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::format(format!(
            "the model has {count} {what}, and `{name}` takes another number of tensors; `Functional<Vec<Tensor>, Vec<Tensor>>` takes any"
        ))),
    }
}

impl<I: Tensors, O: Tensors> Layer for Functional<I, O> {
    type Input = I;
    type Output = O;

    fn names_of_inputs(&self) -> Vec<String> {
        self.input_names().into_iter().map(str::to_string).collect()
    }

    fn run(&self, input: I, training: bool) -> O {
        let inputs = input.leaves().into_iter().cloned().collect();
        match self.plan.run(inputs, training).and_then(O::from_leaves) {
            Ok(output) => output,
            Err(error) => O::failed(error),
        }
    }
}

/// A Functional model whose structure only its file says.
pub(crate) type AnyFunctional = Functional<Vec<Tensor>, Vec<Tensor>>;

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "Functional",
        module: module_path!(),
        layer_type: std::any::TypeId::of::<AnyFunctional>(),
        from_config: |config| Some(AnyFunctional::from_config(config).map(|f| Box::new(f) as Box<dyn DynLayer>)),
    }
}
