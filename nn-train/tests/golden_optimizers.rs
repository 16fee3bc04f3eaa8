//! Optimizers agree with Keras: all variables after each step, the learning rate of each, and the state at the end.
//! Schedules agree at many steps.

mod golden_support;

use golden_support::{Case, cases, finish, worst};
use nn_core::{GradientTape, Gradients, Initializer, Layer, Module, Param, Result, Tensor};
use nn_train::optimizers::Optimizer;
use nn_train::{optimizers, schedules};
use serde_json::{Value, json};

/// Five or eight steps of a handful of roundings each.
const TOLERANCE: f64 = 2e-6;

/// The variables of a case, as a layer.
struct Variables(Vec<(String, Param)>);

impl Module for Variables {
    fn class_name(&self) -> Option<&'static str> {
        Some("Variables")
    }
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.0.iter().for_each(|(name, param)| visit(name, param));
    }
    fn config(&self) -> Value {
        json!({})
    }
    fn from_config(_: &Value) -> Result<Variables> {
        unreachable!("never loaded")
    }
}

impl Layer for Variables {
    type Input = Vec<Tensor>;
    type Output = Tensor;
    /// Its gradients are the inputs.
    fn run(&self, gradients: Vec<Tensor>, _: bool) -> Tensor {
        let products = self.0.iter().zip(gradients);
        let products = products.map(|((_, param), gradient)| (gradient * param).sum());
        products.reduce(|a, b| a + b).expect("a variable")
    }
}

impl Variables {
    fn new(case: &Case) -> Result<Variables> {
        let variables = case.names("before/").map(|name| {
            let param = Param::new(Initializer::Zeros);
            param.set_value(case.tensor(&format!("before/{name}")))?;
            Ok((name.to_string(), param))
        });
        Ok(Variables(variables.collect::<Result<_>>()?))
    }

    fn gradients(&self, case: &Case, step: usize) -> Result<Gradients> {
        let given = self.0.iter();
        let given = given.map(|(name, _)| case.tensor(&format!("grad.{step}/{name}")).clone());
        let tape = GradientTape::new();
        let target = self.call(given.collect::<Vec<_>>(), true);
        tape.gradient(&target, self)
    }
}

/// What is off in a case.
fn check(case: &Case) -> Result<Vec<String>> {
    let mut description = case.description.clone();
    if let Some(excluded) = case.description.get("exclude_from_weight_decay") {
        description["config"]["exclude_from_weight_decay"] = excluded.clone();
    }
    let mut optimizer = optimizers::from_config(&description)?;
    let variables = Variables::new(case)?;
    let mut off = Vec::new();
    let mut compare = |what: &str, found: &Tensor, expected: &Tensor| {
        let by = worst(found, expected, TOLERANCE);
        if by > 1.0 {
            off.push(format!(
                "{what} by {by} tolerances:\n  found    {found}\n  expected {expected}"
            ));
        }
    };
    let mut made = 0;
    for k in 0.. {
        if case.get(&format!("learning_rate.{k}")).is_none() {
            break;
        }
        let rate = Tensor::from(optimizer.learning_rate());
        compare(
            &format!("learning_rate.{k}"),
            &rate,
            case.tensor(&format!("learning_rate.{k}")),
        );
        let gradients = variables.gradients(case, k)?;
        if k == 2 {
            // Saved and loaded in the middle, it goes on the same.
            let saved = optimizer.state(&variables.parameters());
            optimizer = optimizers::from_config(&optimizer.config())?;
            optimizer.load_state(&variables.parameters(), &saved)?;
        }
        optimizer.apply(&variables, &gradients)?;
        made += 1;
        for p in variables.parameters() {
            let name = format!("after.{k}/{}", p.path());
            compare(&name, &p.value(), case.tensor(&name));
        }
    }
    let accumulated = description["config"]["gradient_accumulation_steps"].as_u64();
    assert_eq!(optimizer.iterations(), made / accumulated.unwrap_or(1));
    let state = optimizer.state(&variables.parameters());
    for name in case.names("slot/") {
        let (variable, slot) = name.split_once('/').expect("slot/<variable>/<slot>");
        let wanted = format!("optimizer/{slot}/{variable}");
        match state.iter().find(|(name, _)| *name == wanted) {
            Some((_, found)) => compare(name, found, case.tensor(&format!("slot/{name}"))),
            None => panic!("{}: no {wanted}", case.path()),
        }
    }
    for (name, _) in &state {
        let known = name
            .strip_prefix("optimizer/")
            .and_then(|n| n.split_once('/'));
        // The factors of Adafactor have no names in Keras.
        if let Some((slot, variable)) =
            known.filter(|(slot, _)| !["r", "c", "iterations"].contains(slot))
        {
            case.tensor(&format!("slot/{variable}/{slot}"));
        }
    }
    Ok(off)
}

#[test]
fn variables_and_slots() {
    let cases = cases("optimizers");
    let mut complaints = Vec::new();
    for case in &cases {
        match check(case) {
            Err(error) => complaints.push(format!("{}: {error}", case.path())),
            Ok(off) => {
                complaints.extend(off.into_iter().map(|off| format!("{}: {off}", case.path())))
            }
        }
    }
    finish("optimizers", cases.len(), &complaints, &[], &cases);
}

#[test]
fn schedules_at_many_steps() {
    let cases = cases("schedules");
    let mut complaints = Vec::new();
    for case in &cases {
        let schedule = schedules::from_config(&case.description)
            .unwrap_or_else(|e| panic!("{}: {e}", case.path()));
        let again = schedules::from_config(&schedule.config()).expect("its own configuration");
        let (steps, values) = (
            case.tensor("steps").data::<i64>(),
            case.tensor("values").data::<f32>(),
        );
        for (&step, &expected) in steps.iter().zip(values) {
            let found = schedule.at(step as u64);
            assert_eq!(found.to_bits(), again.at(step as u64).to_bits());
            // Keras computes in f32: a power of up to 1000 / 7 and cosines of up to π, of rates of 0.1.
            if (found - f64::from(expected)).abs() <= 1e-6 * f64::from(expected).abs() + 1e-8 {
                continue;
            }
            complaints.push(format!(
                "{} at {step}: {found}, expected {expected}",
                case.path()
            ));
        }
    }
    finish("schedules", cases.len(), &complaints, &[], &cases);
}
