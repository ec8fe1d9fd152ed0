namespace XenKube.Ignition.Generation2;

/// <summary>The section <c>ignition</c>.</summary>
internal sealed class Ign2Ignition
{
    public List<Ign2Reference> Append { get; set; } = [];

    public Ign2Reference? Replace { get; set; }

    public List<Ign2Reference> CertificateAuthorities { get; set; } = [];

    public long? HttpResponseHeaders { get; set; }

    public long? HttpTotal { get; set; }

    public string Version { get; set; } = "";
}
