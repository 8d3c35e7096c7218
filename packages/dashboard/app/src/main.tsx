document.title = 'cfg';
