namespace XenKube.Ignition.ContainerLinux;

/// <summary>A document that cannot be decoded any further; the message is the reference tool's.</summary>
/// <remarks>Held against ajeddeloh/yaml 6b94386 in ct 0.5.0 and 0.9.0.</remarks>
internal sealed class ClcDecodeException(string message) : Exception(message);
