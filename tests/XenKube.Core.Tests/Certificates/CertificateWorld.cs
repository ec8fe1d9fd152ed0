using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Certificates;

/// <summary>A XENDIR with the guide's cluster: three nodes with reserved addresses, and a clock that a test sets.</summary>
internal sealed class CertificateWorld : TimeProvider, IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public CertificateWorld(int nodes = 3)
    {
        foreach (var name in new[] { "images", "guests/etcd", "nginx/etcd", "keys" })
        {
            global::System.IO.Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        for (var number = 1; number <= nodes; number++)
        {
            Address(number, $"192.168.100.1{number}");
        }
        Directory = new XenDirectory(_folder.Path, onWait: null);
    }

    public XenDirectory Directory { get; }

    /// <summary>The time; that of the host where no test says another.</summary>
    public DateTimeOffset? Now { get; set; }

    public CertificateStore Store => new(Directory, this);

    public CertificateCheck Check(CertificateCheckOptions? options = null) => new(Directory, options, this);

    public string this[string name] => _folder[name];

    /// <summary>A file of the directory of certificates.</summary>
    public string File(string name) => _folder[$"guests/etcd/certs/{name}"];

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Copies the sample disk for a node.</summary>
    public void AddDisk(int number) => SampleImage.Copy(SampleImage.Classic, _folder, $"guests/etcd/node-{number}.img");

    public override DateTimeOffset GetUtcNow() => Now ?? DateTimeOffset.UtcNow;

    public Node Node(int number) => new NodeStore(new XenDirectory(_folder.Path, onWait: null)).Describe("etcd", $"node-{number}");

    /// <summary>Reserves an address for a node, in place of the one that it had.</summary>
    public void Address(int number, string address)
    {
        var mac = $"00:16:3e:4e:31:1{number}";
        var others = global::System.IO.File.Exists(_folder["hostsfile"])
            ? global::System.IO.File.ReadAllLines(_folder["hostsfile"]).Where(line => !line.StartsWith(mac, StringComparison.Ordinal)) : [];
        global::System.IO.File.WriteAllLines(_folder["hostsfile"], others.Append($"{mac},{address}"));
        _folder.Write($"guests/etcd/node-{number}.cfg", $"""
            name = "etcd-node-{number}"
            memory = "512"
            vif = [ 'mac={mac},bridge=virbr1' ]
            disk = [ '{_folder[$"guests/etcd/node-{number}.img"]},raw,xvda' ]
            """);
    }

    /// <summary>The private keys of the cluster, each as a line of its file that no other file has.</summary>
    public IReadOnlyList<string> KeyLines() => KeyScanner.Lines(_folder["guests/etcd/certs"]);

    public void Dispose() => _folder.Dispose();
}
