"""Sign-in for API clients: a token that can be taken back, one for each device."""

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from knox.views import LogoutView
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Credentials(serializers.Serializer[None]):
    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})


class Token(serializers.Serializer[None]):
    """Shown once: only its digest is kept."""

    token = serializers.CharField()


class SignIn(APIView):
    """Exchange a name and a password for a token; send it as `Authorization: Token …`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=Credentials, responses=Token)
    def post(self, request: Request) -> Response:
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        person = authenticate(request._request, **credentials.validated_data)  # axes counts this attempt
        if person is None:
            return Response({"detail": "Wrong name or password"}, status=status.HTTP_400_BAD_REQUEST)
        _row, token = AuthToken.objects.create(user=person)
        return Response({"token": token}, status=status.HTTP_201_CREATED)


class SignOut(LogoutView):  # type: ignore[misc]
    """Take back the token that this request carries."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        return super().post(request)  # type: ignore[no-any-return]
