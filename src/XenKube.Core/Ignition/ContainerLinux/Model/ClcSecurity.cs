namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>ignition.security</c>, since 0.9.0.</summary>
internal sealed class ClcSecurity
{
    public ClcTls Tls = new();
}
