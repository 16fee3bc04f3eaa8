//! Functional models as Keras writes them: layers with their names, and from which tensors each of their calls is made.

use crate::functional::call::Asked;
use crate::functional::json::{keras_dtype, shape_to_json};
use crate::functional::plan::{Plan, Slot, What};
use crate::functional::signature;
use nn_core::config::describe;
use nn_core::registry::config_of;
use nn_core::{DType, Tensor};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// The class of an entry that is an operation and not a layer.
pub(crate) const OPERATION: &str = "Operation";

/// The entry that says of a Functional model that its operations hand on no masks.
pub(crate) const DROP_MASKS: &str = "operations_drop_masks";

/// `MaxPooling2D` as `max_pooling2d`, as Keras names layers.
pub(crate) fn snake_case(class: &str) -> String {
    let mut name = String::new();
    let letters: Vec<char> = class.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| letters[i]);
        let after = letters.get(i + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The configuration of a plan.
pub(crate) fn write(plan: &Plan) -> Value {
    let mut entries: Vec<Entry> = Vec::new();
    // Where each value comes from: the entry's name, which of its calls, which of the results.
    let mut histories: Vec<Value> = Vec::new();
    // The masks that values are given: they stand in the calls that the values go into.
    let mut masks: HashMap<usize, Option<&Slot>> = HashMap::new();
    for input in &plan.inputs {
        let config = json!({
            "batch_shape": shape_to_json(&input.spec.shape),
            "dtype": keras_dtype(input.spec.dtype),
            "name": input.name,
        });
        histories.push(json!([input.name, 0, 0]));
        entries.push(Entry {
            name: input.name.clone(),
            described: json!({"class_name": "InputLayer", "config": config}),
            nodes: Vec::new(),
        });
    }
    let first_layer = entries.len();
    entries.extend(plan.layers.iter().map(|(name, layer)| Entry {
        name: name.clone(),
        described: config_of(&**layer),
        nodes: Vec::new(),
    }));
    let mut ops = 0;
    let mut taken: HashSet<String> = entries.iter().map(|e| e.name.clone()).collect();
    for (i, step) in plan.steps.iter().enumerate() {
        let entry = match &step.what {
            What::Mask => {
                if let Slot::Value(value) = step.inputs[0] {
                    histories.push(histories[value].clone());
                }
                masks.insert(step.first, step.inputs.get(1));
                continue;
            }
            What::Layer(number, _) => first_layer + number,
            What::Op(op, _) => {
                let name = loop {
                    let name = match ops {
                        0 => op.name().to_string(),
                        n => format!("{}_{n}", op.name()),
                    };
                    ops += 1;
                    if taken.insert(name.clone()) {
                        break name;
                    }
                };
                let config = json!({"op": op.name(), "attributes": describe(&op.attributes())});
                entries.push(Entry {
                    name,
                    described: json!({"class_name": OPERATION, "config": config}),
                    nodes: Vec::new(),
                });
                entries.len() - 1
            }
        };
        let arguments: Vec<Value> = step
            .inputs
            .iter()
            .map(|slot| slot_to_json(slot, plan, &histories))
            .collect();
        let mask = |slot: &Slot| match slot {
            Slot::Value(value) => masks.get(value).copied(),
            Slot::Constant(_) => None,
        };
        let given = step.inputs.iter().map(mask);
        let given: Vec<Option<Value>> = given
            .map(|mask| {
                Some(mask?.map_or(Value::Null, |slot| slot_to_json(slot, plan, &histories)))
            })
            .collect();
        let end = plan.steps.get(i + 1).map_or(plan.specs.len(), |s| s.first);
        let call = entries[entry].nodes.len();
        for k in 0..end - step.first {
            histories.push(json!([entries[entry].name, call, k]));
        }
        let (class, asked) = match &step.what {
            What::Layer(number, asked) => (plan.layers[*number].1.class_name(), *asked),
            What::Op(op, _) => (Some(op.name()), Asked::default()),
            What::Mask => (None, Asked::default()),
        };
        let node = signature::node(class.unwrap_or_default(), arguments, &given, asked);
        entries[entry].nodes.push(node);
    }
    let models = entries
        .iter()
        .filter(|e| e.described["class_name"] == "Functional");
    let models: Vec<Value> = models.map(|e| e.name.as_str().into()).collect();
    let ends = |slots: &[Slot]| -> Value {
        let end = slots.iter().map(|slot| match slot {
            Slot::Value(value) => {
                let mut history = histories[*value].clone();
                // As Keras counts there: the making of a Functional model is its first call.
                if let Some(call) = history[1].as_u64().filter(|_| models.contains(&history[0])) {
                    history[1] = (call + 1).into();
                }
                history
            }
            constant => slot_to_json(constant, plan, &histories),
        });
        end.collect()
    };
    let inputs: Vec<Slot> = (0..plan.inputs.len()).map(Slot::Value).collect();
    let mut written = json!({"class_name": "Functional", "config": {
        "layers": entries.into_iter().map(Entry::finish).collect::<Vec<_>>(),
        "input_layers": ends(&inputs),
        "output_layers": ends(&plan.outputs),
    }});
    if plan.operations_drop_masks {
        written["config"][DROP_MASKS] = true.into();
    }
    written
}

struct Entry {
    name: String,
    described: Value,
    nodes: Vec<Value>,
}

impl Entry {
    fn finish(self) -> Value {
        let mut entry = self.described;
        entry["name"] = self.name.into();
        entry["inbound_nodes"] = Value::Array(self.nodes);
        entry
    }
}

fn slot_to_json(slot: &Slot, plan: &Plan, histories: &[Value]) -> Value {
    match slot {
        Slot::Value(value) => {
            let spec = plan.specs[*value];
            json!({"class_name": "__keras_tensor__", "config": {
                "shape": shape_to_json(&spec.shape),
                "dtype": keras_dtype(spec.dtype),
                "keras_history": histories[*value],
            }})
        }
        Slot::Constant(tensor) => {
            let mut config = json!({
                "value": nested(tensor),
                "dtype": keras_dtype(tensor.dtype()),
            });
            // The lists of a constant without a number do not tell its shape: those of [0, 3] are `[]`.
            if tensor.shape().num_elements() == 0 {
                config["shape"] = shape_to_json(&tensor.shape());
            }
            json!({"class_name": "__tensor__", "config": config})
        }
    }
}

/// The numbers of a tensor in nested lists.
fn nested(tensor: &Tensor) -> Value {
    let numbers: Vec<Value> = match tensor.dtype() {
        DType::F32 | DType::F64 => {
            let all = tensor.cast(DType::F64).to_vec::<f64>().unwrap_or_default();
            all.iter().map(describe).collect()
        }
        DType::Bool => tensor
            .to_vec::<bool>()
            .unwrap_or_default()
            .into_iter()
            .map(Value::from)
            .collect(),
        DType::I64 | DType::U8 => {
            let all = tensor.cast(DType::I64).to_vec::<i64>().unwrap_or_default();
            all.into_iter().map(Value::from).collect()
        }
    };
    fn lists(dims: &[usize], numbers: &mut impl Iterator<Item = Value>) -> Value {
        match dims.split_first() {
            None => numbers.next().unwrap_or_default(),
            Some((&n, inner)) => (0..n).map(|_| lists(inner, numbers)).collect(),
        }
    }
    lists(&tensor.shape(), &mut numbers.into_iter())
}
