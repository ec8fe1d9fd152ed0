namespace XenKube.Ignition.ContainerLinux;

/// <summary>A document that cannot be decoded any further; the message is the reference tool's.</summary>
internal sealed class ClcDecodeException(string message) : Exception(message);
