using System.Globalization;
using System.Text;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Validation;

namespace XenKube.Tests.Ignition.Validation;

/// <summary>The rules of generation 3, row by row: what is said where, and since which version.</summary>
public sealed class Generation3RuleTests
{
    private const string Sha512 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    // Paths
    [InlineData("3.4.0", "'storage':{'files':[{'path':''}]}", "error storage.files.0.path: path not specified")]
    [InlineData("3.4.0", "'storage':{'directories':[{}]}", "error storage.directories.0.path: path not specified")]
    [InlineData("3.4.0", "'storage':{'links':[{'path':'a','target':'t'}]}", "error storage.links.0.path: path not absolute")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a/'}]}", "error storage.files.0.path: path is not fully simplified")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a/../b'}]}", "error storage.files.0.path: path is not fully simplified")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/'}]}", "")]
    // Files
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','overwrite':true}]}", "error storage.files.0.overwrite: overwrite must be false if source is unspecified")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','overwrite':true,'contents':{'source':''}}]}", "")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','mode':4096}]}", "error storage.files.0.mode: illegal file mode")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','mode':2541}]}", "")]
    [InlineData("3.3.0", "'storage':{'directories':[{'path':'/a','mode':1023}]}", "warning storage.directories.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'compression':'GZIP'}}]}", "error storage.files.0.contents.compression: invalid compression method")]
    [InlineData("3.0.0", "'storage':{'files':[{'path':'/a','append':[{'compression':'xz'}]}]}", "error storage.files.0.append.0.compression: invalid compression method")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','append':[{'source':'data:,x'},{'source':'data:,x'}]}]}", "")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'verification':{'hash':'sha512-SUM'}}}]}", "error storage.files.0.contents.verification.hash: source must be specified if verification is specified")]
    [InlineData("3.0.0", "'storage':{'files':[{'path':'/a','contents':{'verification':{'hash':'x'}}}]}", "error storage.files.0.contents.verification.hash: source must be specified if verification is specified|error storage.files.0.contents.verification.hash: malformed hash specifier")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','user':{'id':0,'name':'x'}}]}", "error storage.files.0.user: cannot set both id and name")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a'}],'directories':[{'path':'/a'}]}", "error storage.files.0: duplicate entry defined")]
    // Links
    [InlineData("3.3.0", "'storage':{'links':[{'path':'/a'}]}", "error storage.links.0.target: link target is required")]
    [InlineData("3.2.0", "'storage':{'links':[{'path':'/a'}]}", "")]
    [InlineData("3.4.0", "'storage':{'links':[{'path':'/a','target':'/d','hard':true}],'directories':[{'path':'/d'}]}", "error storage.links.0: hard link target is a directory")]
    [InlineData("3.4.0", "'storage':{'links':[{'path':'/a','target':'../d','hard':true}],'directories':[{'path':'/d'}]}", "error storage.links.0: hard link target is a directory")]
    [InlineData("3.4.0", "'storage':{'links':[{'path':'/a','target':'/d'}],'directories':[{'path':'/d'}]}", "")]
    [InlineData("3.4.0", "'storage':{'links':[{'path':'/a','target':'/f','hard':true,'user':{'name':'x'},'group':{'id':0}}]}", "warning storage.links.0.user.name: user/group ignored for hard link|warning storage.links.0.group.id: user/group ignored for hard link")]
    // Disks
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'label':'a:b'}]}]}", "error storage.disks.0.partitions.0.label: partition label will be truncated to text before the colon")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'label':'ééééééééééééééééééé'}]}]}", "error storage.disks.0.partitions.0.label: partition labels may not exceed 36 characters")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':-1,'guid':'x','typeGuid':''}]}]}", "error storage.disks.0.partitions.0.guid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'startMiB':1,'sizeMiB':0},{'number':2,'startMiB':1,'sizeMiB':1}]}]}", "error storage.disks.0.partitions.1: partitions overlap")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'startMiB':5,'sizeMiB':1},{'number':2,'startMiB':1,'sizeMiB':10}]}]}", "error storage.disks.0.partitions.1: partitions overlap")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'startMiB':1,'sizeMiB':9},{'number':2,'startMiB':1}]}]}", "")]
    [InlineData("3.4.0", "'storage':{'disks':[{'device':'/d'},{'device':'/d'}]}", "error storage.disks.1: duplicate entry defined")]
    // Arrays
    [InlineData("3.2.0", "'storage':{'raid':[{'name':'a','devices':['/a']}]}", "error storage.raid.0.level: unrecognized raid level")]
    [InlineData("3.3.0", "'storage':{'raid':[{'name':'a','devices':['/a']}]}", "error storage.raid.0.level: raid level is required")]
    [InlineData("3.4.0", "'storage':{'raid':[{'name':'a','level':'stripe','spares':1,'devices':['/a']}]}", "error storage.raid.0.level: spares unsupported for linear and raid0 arrays")]
    [InlineData("3.4.0", "'storage':{'raid':[{'name':'a','level':'10','options':['x','x'],'devices':['/a','/a']}]}", "error storage.raid.0.devices.1: duplicate entry defined")]
    [InlineData("3.4.0", "'storage':{'raid':[{'name':'a','level':'1'}]}", "error storage.raid.0.devices: raid devices required")]
    // File systems
    [InlineData("3.4.0", "'storage':{'filesystems':[{'device':'/a','format':'vfat','label':'twelveletter'}]}", "error storage.filesystems.0.label: filesystem labels cannot be longer than 11 characters when using vfat")]
    [InlineData("3.4.0", "'storage':{'filesystems':[{'device':'/a','format':'none','path':'x'}]}", "error storage.filesystems.0.path: path not absolute")]
    [InlineData("3.1.0", "'storage':{'filesystems':[{'device':'/a','mountOptions':['x']}]}", "error storage.filesystems.0.format: format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified")]
    [InlineData("3.4.0", "'storage':{'filesystems':[{'device':'/a','format':'','path':''}]}", "")]
    // Volumes
    [InlineData("3.2.0", "'storage':{'luks':[{'name':'a/b','label':'llllllllllllllllllllllllllllllllllllllllllllllll'}]}", "error storage.luks.0.name: device names cannot contain slashes|error storage.luks.0.label: luks device labels cannot be longer than 47 characters|error storage.luks.0.device: disk device is required")]
    [InlineData("3.2.0", "'storage':{'luks':[{'name':'a','device':'/d','keyFile':{'source':'x'}}]}", "error storage.luks.0.keys: invalid key-file source|error storage.luks.0.keyFile.source: invalid url scheme")]
    [InlineData("3.2.0", "'storage':{'luks':[{'name':'a','device':'/d','clevis':{'custom':{'pin':'x','config':''},'tpm2':true}}]}", "error storage.luks.0.clevis: cannot use custom clevis config with tpm2, tang, or threshold|error storage.luks.0.clevis.custom.pin: unsupported clevis pin|error storage.luks.0.clevis.custom.config: missing required custom clevis config")]
    [InlineData("3.2.0", "'storage':{'luks':[{'name':'a','device':'/d','clevis':{'custom':{},'threshold':0}}]}", "")]
    [InlineData("3.3.0", "'storage':{'luks':[{'name':'a','device':'/d','clevis':{'custom':{'needsNetwork':true}}}]}", "error storage.luks.0.clevis.custom.pin: missing required custom clevis pin|error storage.luks.0.clevis.custom.config: missing required custom clevis config")]
    [InlineData("3.3.0", "'storage':{'luks':[{'name':'a','device':'/d','clevis':{'tang':[{'url':'x:y'},{'url':'http://['}]}}]}", "error storage.luks.0.clevis.tang.0.url: invalid url scheme|error storage.luks.0.clevis.tang.0.thumbprint: thumbprint is required|error storage.luks.0.clevis.tang.1.url: unable to parse url|error storage.luks.0.clevis.tang.1.thumbprint: thumbprint is required")]
    [InlineData("3.4.0", "'storage':{'luks':[{'name':'a','device':'/d','options':['x','x']},{'name':'a','device':'/e'}]}", "error storage.luks.1: duplicate entry defined")]
    // Units
    [InlineData("3.0.0", "'systemd':{'units':[{'name':'a.service','contents':'[A] x'}]}", "error systemd.units.0.contents: invalid unit content: found garbage after section name : \"x\"")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a@1.service','enabled':true},{'name':'a@.service','contents':'[Unit]\\nA=b'}]}", "warning systemd.units.0.contents: template unit \"a@.service\" for \"a@1.service\" doesn't have Install section")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a@1.service','enabled':true},{'name':'a@.service','contents':'[Install]\\nA=b'}]}", "")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a.service','enabled':true,'contents':'no section'}]}", "warning systemd.units.0.contents: unit \"a.service\" is enabled, but has no install section so enable does nothing")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a.SERVICE'}]}", "error systemd.units.0.name: invalid systemd unit extension")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a.service','contents':'[A]','dropins':[{'name':'x.conf','contents':'[B]'}]}]},'storage':{'files':[{'path':'/etc/systemd/system/a.service'}],'links':[{'path':'/etc/systemd/system/a.service.d/x.conf','target':'/x'}]}", "error storage.files.0.path: path conflicts with systemd unit or dropin|error storage.links.0.path: path conflicts with systemd unit or dropin")]
    [InlineData("3.4.0", "'systemd':{'units':[{'name':'a.service','dropins':[{'name':'x.conf'},{'name':'x.conf'}]}]}", "error systemd.units.0.dropins.1: duplicate entry defined")]
    // Accounts and arguments
    [InlineData("3.4.0", "'passwd':{'users':[{'name':''},{}],'groups':[{'name':'a'},{'name':'a'}]}", "error passwd.groups.1: duplicate entry defined|error passwd.users.1: duplicate entry defined")]
    [InlineData("3.4.0", "'passwd':{'users':[{'name':'a','groups':['x','x'],'sshAuthorizedKeys':['k','k']}]}", "error passwd.users.0.groups.1: duplicate entry defined|error passwd.users.0.sshAuthorizedKeys.1: duplicate entry defined")]
    [InlineData("3.3.0", "'kernelArguments':{'shouldExist':['a','a'],'shouldNotExist':['a']}", "error kernelArguments.shouldExist.1: duplicate entry defined|error kernelArguments.shouldNotExist.0: duplicate entry defined")]
    // Fetched things
    [InlineData("3.0.0", "'storage':{'files':[{'path':'/a','contents':{'source':'gs://b/o'}}]}", "error storage.files.0.contents.source: invalid url scheme")]
    [InlineData("3.2.0", "'storage':{'files':[{'path':'/a','contents':{'source':'gs://b/o'}}]}", "")]
    [InlineData("3.3.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:s3:::b/k'}}]}", "error storage.files.0.contents.source: invalid url scheme")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:s3:::b/k'}}]}", "")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:s3:::b'}}]}", "error storage.files.0.contents.source: invalid S3 ARN format")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:ec2:::b/k'}}]}", "error storage.files.0.contents.source: invalid S3 ARN format")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:s3:r:1:accesspoint/p'}}]}", "error storage.files.0.contents.source: invalid S3 ARN format")]
    [InlineData("3.4.0", "'storage':{'files':[{'path':'/a','contents':{'source':'arn:aws:s3:r:1:accesspoint/p/k?versionId='}}]}", "error storage.files.0.contents.source: invalid S3 object VersionId")]
    [InlineData("3.1.0", "'storage':{'files':[{'path':'/a','contents':{'source':'data:,x','httpHeaders':[{'name':'A','value':'1'}]}}]}", "error storage.files.0.contents.httpHeaders: cannot use HTTP headers with this source scheme")]
    [InlineData("3.1.0", "'storage':{'files':[{'path':'/a','contents':{'httpHeaders':[{'name':'','value':''},{'name':''}]}}]}", "error storage.files.0.contents.httpHeaders: unable to parse url|error storage.files.0.contents.httpHeaders.0.name: HTTP header name can't be empty|error storage.files.0.contents.httpHeaders.0.value: unable to parse HTTP header|error storage.files.0.contents.httpHeaders.1.name: HTTP header name can't be empty|error storage.files.0.contents.httpHeaders.1: duplicate entry defined")]
    [InlineData("3.0.0", "'ignition':{'config':{'merge':[{}]},'security':{'tls':{'certificateAuthorities':[{}]}}}", "error ignition.security.tls.certificateAuthorities.0.source: invalid url scheme")]
    [InlineData("3.4.0", "'ignition':{'config':{'replace':{'source':'x'},'merge':[{'source':null}]}}", "error ignition.config.merge.0: source is required|error ignition.config.replace.source: invalid url scheme")]
    [InlineData("3.4.0", "'ignition':{'proxy':{'httpProxy':'https://p','httpsProxy':'http://p'}}", "warning ignition.proxy.httpsProxy: insecure plaintext HTTP proxy specified for HTTPS resources")]
    // Keys of other versions, and nulls
    [InlineData("3.0.0", "'ignition':{'proxy':{}}", "warning ignition.proxy: Unused key proxy")]
    [InlineData("3.1.0", "'storage':{'disks':[{'device':'/d','partitions':[{'number':1,'resize':true}]}]}", "warning storage.disks.0.partitions.0.resize: Unused key resize")]
    [InlineData("3.3.0", "'storage':{'luks':[{'name':'a','device':'/d','discard':true,'openOptions':[],'clevis':{'tang':[{'url':'http://t','thumbprint':'x','advertisement':'{}'}]}}]}", "warning storage.luks.0.discard: Unused key discard|warning storage.luks.0.openOptions: Unused key openOptions|warning storage.luks.0.clevis.tang.0.advertisement: Unused key advertisement")]
    [InlineData("3.4.0", "'storage':null", "warning storage: context tree does not match content tree at $.storage. Line and column reporting may be inconsistent. Unused keys may not be reported.")]
    [InlineData("3.4.0", "'Storage':{'files':[{'path':'a','x':1}]}", "error storage.files.0.path: path not absolute|warning Storage: Unused key Storage")]
    public void Rule_gives_its_entries(string version, string body, string expected)
    {
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), Validate(version, body).Entries.Select(entry => $"{entry.KindText} {entry.Path}: {entry.Message}"));
    }

    [Fact]
    public void Entry_of_a_missing_value_stands_behind_the_nearest_bracket()
    {
        var entry = Assert.Single(IgnitionValidator.Validate("{\"ignition\":{\"version\":\"3.4.0\"},\n\"storage\":{\"files\":[\n {}]}}"u8).Entries);
        Assert.Equal((3, 3, "storage.files.0.path"), (entry.Line, entry.Column, entry.Path));
    }

    [Fact]
    public void Number_beyond_a_double_takes_all_positions_away()
    {
        var validation = IgnitionValidator.Validate("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{}]},\"x\":1e999}"u8);
        var entry = Assert.Single(validation.Entries);
        Assert.Equal((0, "storage.files.0.path"), (entry.Line, entry.Path));
    }

    private static IgnitionValidation Validate(string version, string body)
    {
        var inner = body.StartsWith("'ignition':{", StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{{'ignition':{{'version':'{version}',{body["'ignition':{".Length..]}}}")
            : string.Create(CultureInfo.InvariantCulture, $"{{'ignition':{{'version':'{version}'}},{body}}}");
        return IgnitionValidator.Validate(Encoding.UTF8.GetBytes(inner.Replace('\'', '"').Replace("SUM", Sha512, StringComparison.Ordinal)), 3, Generation3Release.Ignition2162);
    }
}
