//! Functional models read from a configuration: what it says is done again, on symbolic tensors.

use crate::functional::arguments::{Arguments, constant, find, needs, of_keras_2};
use crate::functional::config::{DROP_MASKS, OPERATION};
use crate::functional::input::Input;
use crate::functional::json::{dtype_of, shape_from_json};
use crate::functional::operations;
use crate::functional::plan::Plan;
use crate::functional::shared::{call_asked, call_symbolic, masked};
use nn_core::config::from_json;
use nn_core::random::{Stream, with_stream};
use nn_core::registry::{SharedLayer, layer_from_config};
use nn_core::{DType, Error, Result, Shape, Tensor};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// The plan that a configuration says.
pub(crate) fn read(config: &Value) -> Result<Plan> {
    let (inputs, outputs) = symbolic_model(config)?;
    let mut plan = Plan::new(&inputs, &outputs)?;
    // Weights have the order of the layers, which is that of the configuration.
    let entries = config["config"]["layers"].as_array();
    let entries = entries.into_iter().flatten();
    plan.operations_drop_masks = config["config"][DROP_MASKS] == Value::Bool(true)
        || entries.clone().any(operations::is_operation);
    let names = entries.map(|e| e.get("name").or(e["config"].get("name")));
    plan.order_by_names(
        &names
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>(),
    );
    Ok(plan)
}

/// The symbolic inputs and outputs of a configuration, by doing again what it says.
fn symbolic_model(config: &Value) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let wrong = |what: &str| Error::format(format!("the configuration of Functional {what}"));
    let entries = config.get("config").and_then(|c| c.get("layers"));
    let entries = entries
        .and_then(Value::as_array)
        .ok_or_else(|| wrong("has no `layers`"))?;
    // The first values of parameters are of no use: a file or the user sets others. The thread's random numbers stay as they are.
    with_stream(Stream::new(0), || {
        let mut building = Building::default();
        for entry in entries {
            building.add(entry)?;
        }
        building.run()?;
        let ends = |key: &str| -> Result<Vec<Tensor>> {
            let list = config["config"]
                .get(key)
                .ok_or_else(|| wrong(&format!("has no `{key}`")))?;
            building.ends(list).map_err(|e| e.context(key))
        };
        Ok((ends("input_layers")?, ends("output_layers")?))
    })
}

/// A configuration that is being done again.
#[derive(Default)]
struct Building<'a> {
    /// Calls that wait for their tensors: the entry, which call of it.
    waiting: Vec<(usize, usize)>,
    entries: Vec<Entry<'a>>,
    names: HashSet<&'a str>,
    /// The results of each call, by the entry's name.
    made: HashMap<(String, usize), Vec<Tensor>>,
}

/// A layer or an operation, and its calls.
struct Entry<'a> {
    name: &'a str,
    described: &'a Value,
    layer: Option<SharedLayer>,
    nodes: Vec<Cow<'a, Value>>,
}

impl<'a> Building<'a> {
    fn add(&mut self, entry: &'a Value) -> Result<()> {
        let class = entry.get("class_name").and_then(Value::as_str);
        let name = entry.get("name").or(entry["config"].get("name"));
        let (Some(class), Some(name)) = (class, name.and_then(Value::as_str)) else {
            return Err(Error::format(
                "a layer of Functional has no class or no name",
            ));
        };
        if !self.names.insert(name) {
            return Err(Error::format(format!(
                "two layers or inputs are called `{name}`, which is to be the name of one"
            )));
        }
        if class == "InputLayer" {
            let input = input_layer(&entry["config"]).map_err(|e| e.context(name))?;
            self.made
                .insert((name.to_string(), 0), vec![input.name(name)]);
            return Ok(());
        }
        let is_op = class == OPERATION || operations::is_operation(entry);
        let layer = match is_op {
            true => None,
            false => {
                let layer = layer_from_config(entry).map_err(|e| e.context(name))?;
                Some(SharedLayer::from(layer))
            }
        };
        let nodes = entry.get("inbound_nodes").and_then(Value::as_array);
        let nodes = nodes.into_iter().flatten().map(|node| match node {
            Value::Array(tensors) => Ok(Cow::Owned(of_keras_2(tensors)?)),
            node => Ok(Cow::Borrowed(node)),
        });
        let nodes: Vec<Cow<'a, Value>> =
            nodes.collect::<Result<_>>().map_err(|e| e.context(name))?;
        self.waiting
            .extend((0..nodes.len()).map(|call| (self.entries.len(), call)));
        self.entries.push(Entry {
            name,
            described: entry,
            layer,
            nodes,
        });
        Ok(())
    }

    /// Does every call as soon as there is what it is made of, in whatever order the file has them.
    fn run(&mut self) -> Result<()> {
        // Who waits for a result, and for how many results each call waits.
        let mut waiters: HashMap<(String, usize), Vec<usize>> = HashMap::new();
        let mut missing = vec![0_usize; self.waiting.len()];
        let mut ready = VecDeque::new();
        for (i, &(entry, call)) in self.waiting.iter().enumerate() {
            let node = &self.entries[entry].nodes[call];
            let mut needed = Vec::new();
            let arguments = [node.get("args"), node.get("kwargs")];
            for value in arguments.into_iter().flatten() {
                match value {
                    Value::Object(named) => named.values().for_each(|v| needs(v, &mut needed)),
                    list => needs(list, &mut needed),
                }
            }
            needed.retain(|key| !self.made.contains_key(key));
            missing[i] = needed.len();
            for key in needed {
                waiters.entry(key).or_default().push(i);
            }
            if missing[i] == 0 {
                ready.push_back(i);
            }
        }
        while let Some(i) = ready.pop_front() {
            let (entry, call) = self.waiting[i];
            let results = self.call(entry, call)?;
            let key = (self.entries[entry].name.to_string(), call);
            for waiter in waiters.remove(&key).unwrap_or_default() {
                missing[waiter] -= 1;
                if missing[waiter] == 0 {
                    ready.push_back(waiter);
                }
            }
            self.made.insert(key, results);
        }
        let stuck = self.waiting.iter().zip(&missing).filter(|(_, n)| **n > 0);
        let names: Vec<&str> = stuck
            .map(|((entry, _), _)| self.entries[*entry].name)
            .collect();
        match names.is_empty() {
            true => Ok(()),
            false => Err(Error::format(format!(
                "the layers {} are made of each other, or of a layer that is missing",
                names.join(", ")
            ))),
        }
    }

    /// The results of a call of an entry.
    fn call(&self, entry: usize, call: usize) -> Result<Vec<Tensor>> {
        let entry = &self.entries[entry];
        entry
            .call(&entry.nodes[call], &self.made)
            .map_err(|e| e.context(entry.name))
    }

    /// The tensors of `["name", 0, 0]` or a list of those.
    fn ends(&self, list: &Value) -> Result<Vec<Tensor>> {
        let wrong = || Error::format(format!("expected a list of tensors, found {list}"));
        let items = list.as_array().ok_or_else(wrong)?;
        if items.first().is_some_and(Value::is_string) {
            let mut history = list.clone();
            // Here, and not among arguments, Keras counts the making of a Functional model as its first call.
            let is_model = |entry: &Entry<'_>| {
                let class = entry.layer.as_ref().and_then(|layer| layer.class_name());
                items[0] == *entry.name && class == Some("Functional")
            };
            if let Some(call) = items.get(1).and_then(Value::as_u64)
                && self.entries.iter().any(is_model)
            {
                history[1] = call.saturating_sub(1).into();
            }
            return Ok(vec![find(&history, &self.made)?.ok_or_else(wrong)?]);
        }
        let mut tensors = Vec::new();
        for item in items {
            match item.is_object() {
                true => tensors.push(constant(item)?),
                false => tensors.extend(self.ends(item)?),
            }
        }
        Ok(tensors)
    }
}

impl Entry<'_> {
    fn call(
        &self,
        node: &Value,
        made: &HashMap<(String, usize), Vec<Tensor>>,
    ) -> Result<Vec<Tensor>> {
        let arguments = Arguments::read(node, made)?
            .ok_or_else(|| Error::format("a call is made of what is not there"))?;
        let class = self.described["class_name"].as_str().unwrap_or_default();
        let results = match &self.layer {
            Some(layer) => {
                let class = layer.class_name().unwrap_or(class);
                let mut call = arguments.of_layer(class)?;
                if call.tensors.iter().all(|t| t.history().is_none()) {
                    return Err(Error::format(format!(
                        "a call of this {class} is given no tensor of the model: what goes in stands in `args` of its `inbound_nodes`"
                    )));
                }
                for (place, mask) in call.masks {
                    let tensor = &mut call.tensors[place];
                    *tensor = masked(tensor, mask).into_result()?;
                }
                call_asked(layer, Some(self.name), call.tensors, call.asked)
            }
            None if class == OPERATION => operation(
                &self.described["config"],
                &arguments.of_layer(class)?.tensors,
            )?,
            None => {
                operations::operation(self.described, &arguments).map_err(|e| e.context(class))?
            }
        };
        match results.iter().find_map(Tensor::error) {
            Some(error) => Err(error.clone()),
            None => Ok(results),
        }
    }
}

/// The operation of an entry of our own.
fn operation(config: &Value, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let name = config["op"].as_str().unwrap_or_default();
    operations::by_name(name, &from_json(&config["attributes"])?, inputs)
}

/// A shape without its batch.
fn without_batch(shape: Shape) -> Result<Shape> {
    match shape.rank() {
        0 => Err(Error::format(
            "the shape of an input begins with the batch, and is empty",
        )),
        _ => Ok(shape.without(0)),
    }
}

/// The symbolic input of an `InputLayer`.
fn input_layer(config: &Value) -> Result<Tensor> {
    let shape = match config
        .get("batch_shape")
        .or(config.get("batch_input_shape"))
    {
        Some(shape) => without_batch(shape_from_json(shape)?)?,
        None => shape_from_json(&config["shape"])?,
    };
    let dtype = dtype_of(
        config
            .get("dtype")
            .and_then(Value::as_str)
            .unwrap_or("float32"),
    )?;
    Input::of(shape, dtype).into_result()
}

/// A sequence of layers as Keras writes it: the symbolic input and output, and `None` where nothing says what goes in.
pub(crate) fn sequence(config: &Value) -> Result<Option<(Tensor, Tensor)>> {
    let entries = config["config"]["layers"].as_array();
    let entries =
        entries.ok_or_else(|| Error::format("the configuration of Sequential has no `layers`"))?;
    let first = entries.first().filter(|e| e["class_name"] == "InputLayer");
    let input = match (first, config["config"].get("build_input_shape")) {
        (Some(entry), _) => input_layer(&entry["config"])?,
        (None, Some(shape)) if !shape.is_null() => {
            Input::of(without_batch(shape_from_json(shape)?)?, DType::F32).into_result()?
        }
        _ => return Ok(None),
    };
    with_stream(Stream::new(0), || {
        let mut x = input.clone();
        for entry in &entries[usize::from(first.is_some())..] {
            let layer: SharedLayer = Arc::from(layer_from_config(entry)?);
            let name = entry["config"].get("name").and_then(Value::as_str);
            let mut results = call_symbolic(&layer, name, vec![x]);
            x = results.swap_remove(0).into_result()?;
        }
        Ok(Some((input, x)))
    })
}
