"""What the in-memory services share: strict parameters, botocore's own errors and pagination, and the meter."""

from collections.abc import Callable
from functools import cache, cached_property, wraps
from typing import Any

from botocore import xform_name
from botocore.errorfactory import ClientExceptionsFactory
from botocore.exceptions import ClientError, ParamValidationError
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.paginate import Paginator, PaginatorModel
from botocore.validate import ParamValidator

from local.world.clock import Clock
from local.world.meter import Meter

WRITES = ("Put", "Update", "Delete", "Transact", "Send", "Change")  # how operations that change something begin


class Unsupported(NotImplementedError):
    """Something of AWS that the memory engine does not do. Build it here, or use the moto engine."""


@cache
def service_model(service: str) -> ServiceModel:
    """AWS's own description of a service, out of botocore."""
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


@cache
def exceptions(service: str) -> Any:
    """The classes a boto3 client has under `.exceptions`."""
    return ClientExceptionsFactory().create_client_exceptions(service_model(service))


@cache
def _paginators(service: str) -> PaginatorModel:
    return PaginatorModel(create_loader().load_service_model(service, "paginators-1"))


@cache
def _operation_names(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in service_model(service).operation_names}


class Service:
    """Base of a client. Subclasses write their operations as methods marked with `@operation`."""

    service: str

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        self.clock = clock
        self.meter = meter
        self.strict = strict  # check every request against AWS's own model: slow, for tests
        self.writes = 0  # calls that may have changed something, so that pollers know when to look

    @cached_property
    def exceptions(self) -> Any:
        return exceptions(self.service)

    def error(self, operation: str, code: str, message: str, **extra: Any) -> ClientError:
        """A ClientError as botocore raises it: the service's own class, code, message, and what else it carries."""
        response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}, **extra}
        failure: ClientError = self.exceptions.from_code(code)(response, operation)
        return failure

    def get_paginator(self, method: str) -> "Paginator[Any]":
        """The same paginator a boto3 client gives."""
        name = _operation_names(self.service)[method]
        model = service_model(self.service).operation_model(name)
        return Paginator(getattr(self, method), _paginators(self.service).get_paginator(name), model)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise Unsupported(f"the memory engine has no {self.service}.{name}")


def operation(*parameters: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a client method: it takes the named parameters and no others, and each call is counted."""
    allowed = frozenset(parameters)

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: Service, **request: Any) -> Any:
            if not allowed.issuperset(request):
                unknown = ", ".join(sorted(request.keys() - allowed))
                raise Unsupported(f"the memory engine's {self.service}.{method.__name__} does not know {unknown}")
            name = _operation_names(self.service)[method.__name__]
            self.writes += name.startswith(WRITES)
            if self.strict:
                _validate(self.service, name, request)
            self.meter.call(self.service, name)
            return method(self, request)

        return call

    return mark


def _validate(service: str, name: str, request: dict[str, Any]) -> None:
    shape = service_model(service).operation_model(name).input_shape
    assert shape is not None
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())
