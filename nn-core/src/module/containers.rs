//! Containers of modules, which are modules too.

use crate::{Error, Module, Param, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

impl<M: Module> Module for Vec<M> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit_items(self, visit);
    }

    fn config(&self) -> Value {
        self.iter().map(M::config).collect()
    }

    fn from_config(config: &Value) -> Result<Vec<M>> {
        items(config)?.iter().map(M::from_config).collect()
    }
}

impl<M: Module, const N: usize> Module for [M; N] {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit_items(self, visit);
    }

    fn config(&self) -> Value {
        self.iter().map(M::config).collect()
    }

    fn from_config(config: &Value) -> Result<[M; N]> {
        let all = Vec::<M>::from_config(config)?;
        all.try_into().map_err(|all: Vec<M>| {
            Error::format(format!("expected {N} entries, found {}", all.len()))
        })
    }
}

impl<M: Module> Module for Option<M> {
    fn as_module(&self) -> &dyn Module {
        // An optional layer is found by its class, as if it stood there alone.
        match self {
            Some(m) => m.as_module(),
            None => self,
        }
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        // An optional field keeps its own name: `skip.kernel`, not `skip.0.kernel`.
        if let Some(m) = self {
            m.visit(visit);
        }
    }

    fn as_param(&self) -> Option<&Param> {
        self.as_ref().and_then(M::as_param)
    }

    fn config(&self) -> Value {
        self.as_ref().map_or(Value::Null, M::config)
    }

    fn from_config(config: &Value) -> Result<Option<M>> {
        match config {
            Value::Null => Ok(None),
            config => M::from_config(config).map(Some),
        }
    }
}

impl<M: Module> Module for Box<M> {
    fn as_module(&self) -> &dyn Module {
        (**self).as_module()
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        (**self).visit(visit);
    }

    fn as_param(&self) -> Option<&Param> {
        (**self).as_param()
    }

    fn config(&self) -> Value {
        (**self).config()
    }

    fn from_config(config: &Value) -> Result<Box<M>> {
        M::from_config(config).map(Box::new)
    }
}

/// A list of a fixed length: as a `Vec`.
impl<M: Module> Module for Box<[M]> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit_items(self, visit);
    }

    fn config(&self) -> Value {
        self.iter().map(M::config).collect()
    }

    fn from_config(config: &Value) -> Result<Box<[M]>> {
        items(config)?.iter().map(M::from_config).collect()
    }
}

impl<M: Module> Module for BTreeMap<String, M> {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.iter().for_each(|(name, m)| visit(name, m.as_module()));
    }

    fn config(&self) -> Value {
        self.iter()
            .map(|(name, m)| (name.clone(), m.config()))
            .collect()
    }

    fn from_config(config: &Value) -> Result<BTreeMap<String, M>> {
        let Value::Object(map) = config else {
            return Err(Error::format(format!("expected an object, found {config}")));
        };
        map.iter()
            .map(|(name, c)| Ok((name.clone(), M::from_config(c)?)))
            .collect()
    }
}

/// Visits the items of a list by their numbers.
pub(crate) fn visit_items<'a, M: Module>(
    items: &'a [M],
    visit: &mut dyn FnMut(&str, &'a dyn Module),
) {
    items
        .iter()
        .enumerate()
        .for_each(|(i, m)| visit(&i.to_string(), m.as_module()));
}

pub(crate) fn items(config: &Value) -> Result<&Vec<Value>> {
    config
        .as_array()
        .ok_or_else(|| Error::format(format!("expected a list, found {config}")))
}

macro_rules! tuple {
    ($n:literal: $($T:ident $i:tt),+) => {
        impl<$($T: Module),+> Module for ($($T,)+) {
            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
                $(visit(stringify!($i), self.$i.as_module());)+
            }

            fn config(&self) -> Value {
                Value::Array(vec![$(self.$i.config()),+])
            }

            fn from_config(config: &Value) -> Result<Self> {
                match items(config)? {
                    list if list.len() == $n => Ok(($($T::from_config(&list[$i])?,)+)),
                    list => Err(Error::format(format!("expected {} entries, found {}", $n, list.len()))),
                }
            }
        }
    };
}
tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
tuple!(5: A 0, B 1, C 2, D 3, E 4);
tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);

/// A type that says something and holds nothing.
macro_rules! nothing {
    ($ty:ty = $value:expr $(, $T:ident)?) => {
        impl$(<$T: ?Sized + Send + Sync + 'static>)? Module for $ty {
            fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

            fn config(&self) -> Value {
                Value::Null
            }

            fn from_config(_: &Value) -> Result<Self> {
                Ok($value)
            }
        }

        impl$(<$T: ?Sized>)? Layers<$ty> {
            /// There is nothing to call.
            pub const MAY_BE_UNUSED: bool = true;
        }
    };
}
nothing!(() = ());
nothing!(PhantomData<T> = PhantomData, T);

/// Asks whether a `call` must use a field of this type: `Layers::<T>::MAY_BE_UNUSED`, its own where nothing is in it, else that of
/// [`OrNot`].
#[derive(Debug)]
pub struct Layers<T: ?Sized>(PhantomData<T>);

/// What [`Layers`] says of all other types.
pub trait OrNot {
    /// Its layers would never train.
    const MAY_BE_UNUSED: bool = false;
}

impl<T: ?Sized> OrNot for Layers<T> {}

/// Never implemented: why a `HashMap` is no module.
#[diagnostic::on_unimplemented(
    message = "a `HashMap` of layers has another order in every run, and with it the parameters, the random numbers and the files",
    label = "use `BTreeMap<String, _>`, which keeps its order"
)]
pub trait Ordered {}

impl<K, M, S> Module for HashMap<K, M, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    M: Module,
    S: Ordered + BuildHasher + Default + Send + Sync + 'static,
{
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn config(&self) -> Value {
        Value::Null
    }

    fn from_config(_: &Value) -> Result<Self> {
        Ok(HashMap::default())
    }
}
