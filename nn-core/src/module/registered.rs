//! What a program makes known before it starts: its layers, losses and other classes, each where it is declared.
//!
//! [`submit!`](crate::submit) puts a function into the section of a program that runs before `main`, as the `inventory` crate does. What it
//! writes into the user's crate holds no `unsafe` code and no `allow`, so that it compiles under whatever lints are forbidden there.

use std::sync::{Mutex, PoisonError};

/// Values of a type, from anywhere in a program.
pub struct Registry<T: 'static>(Mutex<Vec<&'static T>>);

impl<T> Registry<T> {
    /// An empty one.
    pub const fn new() -> Registry<T> {
        Registry(Mutex::new(Vec::new()))
    }

    fn with<R>(&self, f: impl FnOnce(&mut Vec<&'static T>) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a value. Where a linker runs what comes before `main` more than once, it is added once.
    pub fn add(&self, value: &'static T) {
        self.with(|all| {
            let is_new =
                !cfg!(target_family = "wasm") || !all.iter().any(|v| std::ptr::eq(*v, value));
            if is_new {
                all.push(value);
            }
        });
    }
}

impl<T> Default for Registry<T> {
    fn default() -> Registry<T> {
        Registry::new()
    }
}

/// A type of which values are submitted; implemented by [`collect!`](crate::collect).
pub trait Registered: Sync + Sized + 'static {
    /// Where they are.
    fn registry() -> &'static Registry<Self>;
}

/// All values of a type that the program submits.
pub fn registered<T: Registered>() -> impl Iterator<Item = &'static T> {
    T::registry().with(|all| all.clone()).into_iter()
}

/// Makes a type one of which values can be submitted.
#[doc(hidden)]
#[macro_export]
macro_rules! collect {
    ($Type:ty) => {
        impl $crate::__private::Registered for $Type {
            fn registry() -> &'static $crate::__private::Registry<$Type> {
                static REGISTRY: $crate::__private::Registry<$Type> =
                    $crate::__private::Registry::new();
                &REGISTRY
            }
        }
    };
}

/// Makes a value known before `main` begins: `submit!(LayerClass = LayerClass { .. })`.
///
/// The names of the sections are those of the platforms' own start-up code, as `inventory` lists them.
#[doc(hidden)]
#[macro_export]
macro_rules! submit {
    ($Type:ty = $value:expr) => {
        const _: () = {
            static VALUE: $Type = $value;

            #[cfg_attr(
                any(target_os = "linux", target_os = "android"),
                unsafe(link_section = ".text.startup")
            )]
            extern "C" fn submit() {
                <$Type as $crate::__private::Registered>::registry().add(&VALUE);
            }

            #[used]
            #[cfg_attr(
                any(
                    target_family = "wasm",
                    target_os = "linux",
                    target_os = "android",
                    target_os = "dragonfly",
                    target_os = "freebsd",
                    target_os = "haiku",
                    target_os = "illumos",
                    target_os = "netbsd",
                    target_os = "nto",
                    target_os = "openbsd",
                    target_os = "redox",
                    target_os = "vxworks",
                ),
                unsafe(link_section = ".init_array")
            )]
            #[cfg_attr(
                any(target_os = "macos", target_os = "ios"),
                unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs")
            )]
            #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
            static SUBMIT: extern "C" fn() = submit;
        };
    };
}
