FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
COPY migrations migrations
COPY static static
COPY views views
COPY web web
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /server ./cmd/server

# Alpine for its wget, which the health check uses, and for certificates and time zones.
FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata && adduser -D -H -u 10001 groundswell
COPY --from=build /server /usr/local/bin/server
USER 10001:10001
ENV GROUNDSWELL_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD wget -q -O /dev/null http://127.0.0.1:8080/healthz
ENTRYPOINT ["/usr/local/bin/server"]
CMD ["serve"]
