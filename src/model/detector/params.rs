/// Declares a detector's parameters: the unchecked form with a setter for each, the checked form, linfa's
/// `ParamGuard` between them, `Fit` on the checked form, `PredictInplace` on the model, and the form
/// chosen by name. The detector's file itself implements `Detect` for the checked form and `Score` for
/// the model. `also` gives the names that PyOD and scikit-learn have for a parameter.
macro_rules! detector {
    (
        $(#[$doc:meta])*
        $kind:literal, $params:ident, $valid:ident => $model:ident, rows $needed:literal {
            $( $(#[doc = $meaning:literal])+ $name:ident: $type:ty = $default:expr $(, in $range:expr)? $(, also [$($alias:literal),+])?; )*
        }
    ) => {
        $(#[$doc])*
        ///
        /// These are checked.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $valid {
            $( $name: $type, )*
        }

        $(#[$doc])*
        ///
        /// These are not checked yet.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $params($valid);

        impl Default for $params {
            fn default() -> Self {
                Self($valid { $( $name: $default, )* })
            }
        }

        impl $params {
            $(
                $(#[doc = $meaning])+
                pub fn $name(mut self, value: $type) -> Self {
                    self.0.$name = value;
                    self
                }
            )*
        }

        impl linfa::ParamGuard for $params {
            type Checked = $valid;
            type Error = $crate::model::detector::DetectError;

            fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
                $( $(
                    if !($range).contains(&self.0.$name) {
                        return Err($crate::model::detector::DetectError::Parameter {
                            kind: $kind,
                            name: stringify!($name),
                            value: self.0.$name.to_string(),
                            expected: format!("in {}", stringify!($range)),
                        });
                    }
                )? )*
                Ok(&self.0)
            }

            fn check(self) -> Result<Self::Checked, Self::Error> {
                self.check_ref()?;
                Ok(self.0)
            }
        }

        impl<D: ndarray::Data<Elem = f64>, T>
            linfa::traits::Fit<ndarray::ArrayBase<D, ndarray::Ix2>, T, $crate::model::detector::DetectError> for $valid
        {
            type Object = $model;

            fn fit(
                &self,
                dataset: &linfa::DatasetBase<ndarray::ArrayBase<D, ndarray::Ix2>, T>,
            ) -> Result<Self::Object, $crate::model::detector::DetectError> {
                let rows = dataset.records().view();
                $crate::model::detector::check($kind, rows, $needed)?;
                $crate::model::detector::Detect::fit_rows(self, rows)
            }
        }

        impl<D: ndarray::Data<Elem = f64>>
            linfa::traits::PredictInplace<ndarray::ArrayBase<D, ndarray::Ix2>, ndarray::Array1<f64>> for $model
        {
            fn predict_inplace<'a>(
                &'a self,
                x: &'a ndarray::ArrayBase<D, ndarray::Ix2>,
                y: &mut ndarray::Array1<f64>,
            ) {
                y.assign(&$crate::model::detector::Score::scores(self, x.view()));
            }

            fn default_target(&self, x: &ndarray::ArrayBase<D, ndarray::Ix2>) -> ndarray::Array1<f64> {
                ndarray::Array1::zeros(x.nrows())
            }
        }

        impl $crate::model::detector::Detector for $params {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn parameters(&self) -> Vec<$crate::model::detector::Parameter> {
                vec![ $( $crate::model::detector::Parameter {
                    name: stringify!($name),
                    aliases: &[$( $($alias),+ )?],
                    value: self.0.$name.to_string(),
                    meaning: concat!($($meaning),+).trim_ascii(),
                } ),* ]
            }

            #[allow(unused_variables, reason = "some detectors have no parameters")]
            fn set(&mut self, name: &str, value: &str) -> Result<(), $crate::model::detector::DetectError> {
                match name {
                    $( stringify!($name) $( $(| $alias)+ )? => {
                        self.0.$name = if $crate::model::detector::AS_IT_COMES.contains(&value) {
                            $default
                        } else {
                            value.parse::<$type>().map_err(|e| {
                                $crate::model::detector::DetectError::Parameter {
                                    kind: $kind,
                                    name: stringify!($name),
                                    value: format!("'{value}'"),
                                    expected: format!("a {} ({e})", stringify!($type)),
                                }
                            })?
                        };
                        linfa::ParamGuard::check_ref(self).map(|_| ())
                    } )*
                    _ => Err($crate::model::detector::DetectError::UnknownParameter {
                        kind: $kind,
                        name: name.to_owned(),
                        known: $crate::model::detector::names(&$crate::model::detector::Detector::parameters(self)),
                    }),
                }
            }

            fn learn(
                &self,
                rows: ndarray::ArrayView2<'_, f64>,
            ) -> Result<Box<dyn $crate::model::detector::Score>, $crate::model::detector::DetectError> {
                let checked = linfa::ParamGuard::check_ref(self)?;
                $crate::model::detector::check($kind, rows, $needed)?;
                Ok(Box::new($crate::model::detector::Detect::fit_rows(checked, rows)?))
            }

            fn own_scores(
                &self,
                rows: ndarray::ArrayView2<'_, f64>,
            ) -> Result<ndarray::Array1<f64>, $crate::model::detector::DetectError> {
                let checked = linfa::ParamGuard::check_ref(self)?;
                $crate::model::detector::check($kind, rows, $needed)?;
                $crate::model::detector::Detect::own_scores(checked, rows)
            }
        }
    };
}
